#include "crdt/client_table.h"

#include <algorithm>

namespace ypp::internal {

std::vector<ClientIndex> ClientTable::Descending() const {
  std::vector<ClientIndex> order;
  order.reserve(clients_.size());
  for (ClientIndex i = 0; i < clients_.size(); ++i) {
    if (!clients_[i].structs.empty()) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [this](ClientIndex a, ClientIndex b) { return clients_[a].id > clients_[b].id; });
  return order;
}

}  // namespace ypp::internal
