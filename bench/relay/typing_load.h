// Writers who type, and all clients of their documents, who take the time of every delivery.
#ifndef YPP_BENCH_RELAY_TYPING_LOAD_H_
#define YPP_BENCH_RELAY_TYPING_LOAD_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/relay/author.h"
#include "bench/relay/client_pool.h"
#include "bench/relay/load_case.h"
#include "bench/relay/measuring.h"

namespace ypp::bench {

inline constexpr ClientId kFirstAuthor = 1000;

class TypingLoad {
 public:
  TypingLoad(ClientPool* pool, const LoadCase& load_case);

  // REQUIRES: the pool is connected.
  void Start();
  // Nobody types any more, until Start. REQUIRES: they type by time.
  void Stop() { pacing_ = false; }
  // What the writers' documents hold besides what they type.
  void Take(std::string_view update);
  LoadCounts& counts() { return counts_; }
  static std::string DocumentName(size_t number);

  // Somebody who keeps the server busy on a document of its own.
  class Disturber {
   public:
    Disturber(ClientPool* pool, LoadCase::Disturbance disturbance);
    void Start();

   private:
    void Send();

    LoadCase::Disturbance disturbance_;
    Author author_;
    LoadClient* writer_ = nullptr;
    LoadClient* reader_ = nullptr;
  };

 private:
  struct Writer {
    explicit Writer(ClientId client) : author(client) {}
    Author author;
    LoadClient* client = nullptr;
    uint32_t arrived = 0;  // characters that another client has
    std::deque<int64_t> unacknowledged_ns;
  };
  // What of whom is in an update.
  struct Typed {
    size_t writer = 0;
    uint32_t from = 0;
    uint32_t to = 0;
  };

  void Type(Writer& writer);
  void FillUp(Writer& writer);
  void Pace(int64_t due_ns);
  void OnUpdate(codec::Bytes update, Writer* own);
  void OnAcknowledged(Writer& writer);
  void Parse(codec::Bytes update);

  ClientPool* pool_;
  LoadCase load_case_;
  std::vector<std::unique_ptr<Writer>> writers_;
  size_t next_ = 0;  // whose turn it is
  bool pacing_ = false;
  LoadCounts counts_;
  // The last update seen; the next client mostly gets the same.
  std::string parsed_;
  std::vector<Typed> typed_;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_TYPING_LOAD_H_
