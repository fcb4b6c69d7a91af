#include "codec/delete_set_union.h"

#include <algorithm>

namespace ypp::codec {

void DeleteSetUnion::Add(ByteReader& in, DeleteSetFormat format) {
  const uint64_t clients = in.ReadCount(kMinClientBytes);
  if (clients == 0) return;
  const auto set = static_cast<uint32_t>(sets_.size());
  sets_.push_back({in, format});
  // Exactly what a large set needs; among many small ones, now and then.
  const size_t most = std::min<uint64_t>(clients, in.remaining() / kMinClientWithRangeBytes);
  const size_t needed = pieces_.size() + most;
  const size_t room = pieces_.capacity();
  if (needed > room) pieces_.reserve(std::max(needed, room + room / 2));
  for (uint64_t i = 0; i < clients && in.ok(); ++i) {
    Piece piece;
    piece.client = in.ReadVarUint();
    piece.position = in.position();
    piece.set = set;
    size_t ranges = 0;
    ReadRanges(in, format, [&](const ClockRange& range) {
      ++ranges;
      piece.holds_deletions = piece.holds_deletions || range.length > 0;
    });
    if (ranges > 0) pieces_.push_back(piece);
  }
}

void DeleteSetUnion::Sort() {
  const auto descend = [](const Piece& a, const Piece& b) { return a.client > b.client; };
  if (std::is_sorted(pieces_.begin(), pieces_.end(), descend)) return;
  std::sort(pieces_.begin(), pieces_.end(), descend);
}

void DeleteSetUnion::ForEachClient(absl::FunctionRef<void(const ClientRanges&)> visit) {
  Sort();
  ClientRanges of_client;
  for (auto piece = pieces_.begin(); piece != pieces_.end();) {
    of_client.client = piece->client;
    of_client.ranges.clear();
    auto end = piece;
    size_t count = 0;
    for (; end != pieces_.end() && end->client == piece->client; ++end) {
      ByteReader in = sets_[end->set].reader;
      in.Seek(end->position);
      count += in.ReadVarUint();
    }
    of_client.ranges.reserve(count);
    for (; piece != end; ++piece) {
      ByteReader in = sets_[piece->set].reader;
      in.Seek(piece->position);
      ReadRanges(in, sets_[piece->set].format,
                 [&](const ClockRange& range) { of_client.ranges.push_back(range); });
    }
    NormalizeRanges(of_client.ranges);
    visit(of_client);
  }
}

DeleteSetUnion::Count DeleteSetUnion::CountClients() {
  Sort();
  Count count;
  for (auto piece = pieces_.begin(); piece != pieces_.end();) {
    const ClientId client = piece->client;
    bool holds_deletions = false;
    for (; piece != pieces_.end() && piece->client == client; ++piece) {
      holds_deletions = holds_deletions || piece->holds_deletions;
    }
    ++count.clients;
    count.clients_with_deletions += holds_deletions ? 1 : 0;
  }
  return count;
}

}  // namespace ypp::codec
