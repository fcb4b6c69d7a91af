// Names one connection of one document inside a relay. From 1 on, never reused while the relay
// runs.
#ifndef YPP_TRANSPORT_MEMBER_ID_H_
#define YPP_TRANSPORT_MEMBER_ID_H_

#include <cstdint>

namespace ypp::transport {

using MemberId = uint64_t;

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_MEMBER_ID_H_
