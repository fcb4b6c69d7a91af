#include "bench/relay/frame_head.h"

namespace ypp::bench {
namespace {

constexpr uint8_t kLast = 0x80;
constexpr uint8_t kMasked = 0x80;
constexpr size_t kMaskBytes = 4;
constexpr uint8_t kTwoLengthBytes = 126;
constexpr uint8_t kEightLengthBytes = 127;

}  // namespace

std::optional<FrameHead> ReadFrameHead(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto first = static_cast<uint8_t>(bytes[0]);
  const auto second = static_cast<uint8_t>(bytes[1]);
  FrameHead head;
  head.opcode = static_cast<Opcode>(first & 0x0f);
  head.last = (first & kLast) != 0;
  head.head_bytes = 2;
  head.payload_bytes = second & ~kMasked;
  if (head.payload_bytes >= kTwoLengthBytes) {
    const size_t length_bytes = head.payload_bytes == kTwoLengthBytes ? 2 : 8;
    head.head_bytes += length_bytes;
    if (bytes.size() < head.head_bytes) return std::nullopt;
    head.payload_bytes = 0;
    for (const char byte : bytes.substr(2, length_bytes)) {
      head.payload_bytes = head.payload_bytes << 8 | static_cast<uint8_t>(byte);
    }
  }
  if ((second & kMasked) != 0) head.head_bytes += kMaskBytes;
  if (bytes.size() < head.head_bytes || bytes.size() - head.head_bytes < head.payload_bytes) {
    return std::nullopt;
  }
  return head;
}

void AppendFrameHead(std::string& out, Opcode opcode, size_t payload_bytes, bool masked) {
  const size_t length_bytes = payload_bytes < kTwoLengthBytes ? 0 : payload_bytes < 65'536 ? 2 : 8;
  const size_t length = length_bytes == 0   ? payload_bytes
                        : length_bytes == 2 ? kTwoLengthBytes
                                            : kEightLengthBytes;
  out.push_back(static_cast<char>(kLast | opcode));
  out.push_back(static_cast<char>((masked ? kMasked : 0) | length));
  for (size_t i = length_bytes; i > 0; --i) {
    out.push_back(static_cast<char>(payload_bytes >> 8 * (i - 1)));
  }
  if (masked) out.append(kMaskBytes, '\0');
}

}  // namespace ypp::bench
