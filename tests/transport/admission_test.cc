#include "transport/admission.h"

#include <gtest/gtest.h>

#include <vector>

#include "transport/liveness.h"

namespace ypp::transport {
namespace {

constexpr char kProxy[] = "192.0.2.1";

HttpRequest ForwardedFor(const std::string& header) {
  HttpRequest request;
  request.headers.emplace_back("x-forwarded-for", header);
  return request;
}

TEST(Admission, RefusesWhatIsMoreThanMayBeOpenUntilOneHasLeft) {
  std::vector<std::string> refusals;
  Admission admission({1, {10, 10, 0}, false},
                      [&](std::string_view reason) { refusals.emplace_back(reason); });
  std::optional<Visit> first = admission.Accept(kProxy, 0);
  std::optional<Visit> second = admission.Accept(kProxy, 0);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(admission.Check(*first, {}, 0), 0);
  admission.Open(*first);
  EXPECT_EQ(admission.open_count(), 1u);
  EXPECT_EQ(admission.Check(*second, {}, 0), 503);
  EXPECT_EQ(refusals, std::vector<std::string>{"max_connections"});
  admission.Leave(*first);
  EXPECT_EQ(admission.open_count(), 0u);
  EXPECT_EQ(admission.Check(*second, {}, 0), 0);
}

TEST(Admission, BehindAProxyEachClientIsCountedByTheAddressThatTheProxyAdded) {
  Admission admission({10, {1, 10, 0}, true}, {});
  std::vector<int> statuses;
  for (const char* header : {"203.0.113.9, 198.51.100.1", "198.51.100.1", "198.51.100.2"}) {
    std::optional<Visit> visit = admission.Accept(kProxy, 0);
    ASSERT_TRUE(visit);
    HttpRequest request = ForwardedFor(header);
    request.remote_address = admission.AddressOf(*visit, request);
    statuses.push_back(admission.Check(*visit, request, 0));
    if (statuses.back() == 0) admission.Open(*visit);
  }
  EXPECT_EQ(statuses, (std::vector<int>{0, 429, 0}));
}

TEST(Admission, WithoutAProxyAForwardedAddressIsNotBelieved) {
  Admission admission({10, {10, 10, 0}, false}, {});
  const std::optional<Visit> visit = admission.Accept(kProxy, 0);
  ASSERT_TRUE(visit);
  EXPECT_EQ(admission.AddressOf(*visit, ForwardedFor("198.51.100.1")), kProxy);
}

TEST(Liveness, ASilentPeerIsAskedOnceAndGivenUpAfterAsLongAgain) {
  using Step = Liveness::Step;
  Liveness peer(0);
  EXPECT_EQ(peer.Check(29, 30), Step::kNothing);
  EXPECT_EQ(peer.Check(30, 30), Step::kPing);
  EXPECT_EQ(peer.Check(31, 30), Step::kNothing);
  EXPECT_EQ(peer.Check(60, 30), Step::kGiveUp);
  peer.Hear(60);
  EXPECT_EQ(peer.Check(61, 30), Step::kNothing);
  EXPECT_EQ(peer.Check(90, 30), Step::kPing);
}

}  // namespace
}  // namespace ypp::transport
