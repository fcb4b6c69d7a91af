#include "bench/typist.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "crdt/doc.h"

namespace ypp::bench {
namespace {

class Typist {
 public:
  explicit Typist(uint32_t seed) : random_(seed) {}

  // The next edit in a text of this length.
  void Type(uint32_t length, Script* script) {
    cursor_ = std::min(cursor_, length);
    if (burst_ == 0) {
      burst_ = 1 + random_() % 40;
      deletes_ = random_() % 4 == 0;
      if (random_() % 8 == 0) cursor_ = random_() % (length + 1);
    }
    --burst_;
    if (deletes_ && cursor_ > 0) {
      script->EditText(--cursor_, 1, "");
    } else {
      const char typed = random_() % 6 == 0 ? ' ' : static_cast<char>('a' + random_() % 26);
      script->EditText(cursor_++, 0, std::string_view(&typed, 1));
    }
  }

 private:
  std::mt19937 random_;
  uint32_t cursor_ = 0;
  uint32_t burst_ = 0;
  bool deletes_ = false;
};

}  // namespace

Script TypistScript(uint32_t steps) {
  Script script;
  Typist typist(1);
  for (uint32_t step = 0; step < steps; ++step) {
    const auto length = static_cast<uint32_t>(script.length());
    script.BeginStep(0);
    typist.Type(length, &script);
  }
  return script;
}

Script TypistsScript(uint32_t steps) {
  // Who types now sees the other's text as it was when the turn came: two documents tell how long
  // that is.
  struct Author {
    explicit Author(uint32_t number)
        : doc(DocOptions{number + 1}), text(doc.GetText("t")), typist(number + 1) {}
    Doc doc;
    Text text;
    Typist typist;
    std::vector<uint32_t> unsent;  // steps that the other lacks
    std::vector<std::string> updates;
  };
  Author authors[2] = {Author(0), Author(1)};
  std::mt19937 random(3);
  Script script;
  uint32_t now = 0;
  for (uint32_t step = 0; step < steps; ++step) {
    if (random() % 3 == 0) now = 1 - now;
    Author& author = authors[now];
    Author& other = authors[1 - now];
    std::vector<uint32_t> received;
    if (random() % 2 == 0) {
      received.swap(other.unsent);
      for (const std::string& update : other.updates) (void)author.doc.ApplyUpdate(update);
      other.updates.clear();
    }
    script.BeginStep(now, received);
    author.typist.Type(author.text.length(), &script);
    const Edit& edit = script.edits(step)[0];
    const Subscription updates = author.doc.OnUpdate(
        [&](const UpdateEvent& event) { author.updates.emplace_back(event.update); });
    if (edit.deleted > 0) (void)author.text.Delete(edit.position, edit.deleted);
    if (edit.end > edit.begin) (void)author.text.Insert(edit.position, script.text(edit));
    author.unsent.push_back(step);
  }
  return script;
}

}  // namespace ypp::bench
