#include "plugin/early_messages.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "plugin/history.h"

namespace ypp::plugin {
namespace {

struct Listed {
  uint32_t index;
  bool early;
  Message message;
};

std::vector<Listed> List(const SessionDocument& document, const std::vector<Map>& written) {
  std::unordered_set<uint64_t> early;
  for (const Map& map : written) {
    if (map.live()) early.insert(KeyOf(map));
  }
  std::vector<Listed> list;
  document.messages().ForEach([&](const Value& value) {
    const SharedType* type = value.if_type();
    const bool is_early = type != nullptr && early.count(KeyOf(*type)) != 0;
    list.push_back({static_cast<uint32_t>(list.size()), is_early, ReadMessage(value)});
  });
  return list;
}

// Whether an early one stands in front of an older one that is not.
bool IsOutOfPlace(const std::vector<Listed>& list) {
  int64_t latest_ms = -1;  // of the early ones so far
  for (const Listed& listed : list) {
    if (listed.early) {
      latest_ms = std::max(latest_ms, listed.message.created_at_ms);
    } else if (listed.message.created_at_ms < latest_ms) {
      return true;
    }
  }
  return false;
}

}  // namespace

EarlyMessages::EarlyMessages(SessionDocument& document) : document_(document) {
  seen_.TakeNew(document_.messages());
  subscription_ =
      document_.doc().OnTransaction([this](const TransactionEvent& event) { Note(event); });
}

void EarlyMessages::Note(const TransactionEvent& event) {
  open_ = open_ && event.local;
  if (!open_) return;
  for (const Value& value : seen_.TakeAppended(document_.messages())) {
    if (const Map map = value.map(); map.valid()) written_.push_back(map);
  }
}

absl::Status EarlyMessages::Settle() {
  subscription_ = Subscription();
  const std::vector<Map> written = std::exchange(written_, {});
  if (written.empty()) return absl::OkStatus();
  std::vector<Listed> list = List(document_, written);
  if (!IsOutOfPlace(list)) return absl::OkStatus();
  std::unordered_map<std::string, int> copies;
  for (const Listed& listed : list) ++copies[listed.message.id];
  Transaction transaction(document_.doc(), kHistoryOrigin);
  History moved;
  uint32_t taken_out = 0;
  for (Listed& listed : list) {
    if (!listed.early || copies[listed.message.id] > 1) continue;
    absl::Status status = document_.TakeOutMessage(listed.index - taken_out++);
    if (!status.ok()) return status;
    moved.messages.push_back({std::move(listed.message)});
  }
  return AddHistory(document_, moved).status();
}

}  // namespace ypp::plugin
