#include "transport/address_limits.h"

#include <gtest/gtest.h>

namespace ypp::transport {
namespace {

constexpr char kAddress[] = "192.0.2.1";

TEST(AddressLimits, LetsSoManyArriveInASecondAndThenAsManyAsThatRateAllows) {
  AddressLimits limits({100, 100, 10});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limits.Arrive(kAddress, 5'000), "") << i;
  EXPECT_EQ(limits.Arrive(kAddress, 5'000), "connect_rate");
  EXPECT_EQ(limits.Arrive("192.0.2.2", 5'000), "") << "another has a rate of its own";
  EXPECT_EQ(limits.Arrive(kAddress, 5'100), "");
  EXPECT_EQ(limits.Arrive(kAddress, 5'100), "connect_rate");
}

TEST(AddressLimits, DoesNotBanWhoGoesOnTrying) {
  AddressLimits limits({100, 100, 10});
  int let_in = 0;
  for (int64_t now_ms = 0; now_ms < 10'000; ++now_ms) {
    if (!limits.Arrive(kAddress, now_ms).empty()) continue;
    ++let_in;
    limits.Leave(kAddress, false);
  }
  EXPECT_NEAR(let_in, 110, 2);
}

TEST(AddressLimits, BoundsThoseThatHaveNotSaidWhatTheyWant) {
  AddressLimits limits({100, 2, 0});
  EXPECT_EQ(limits.Arrive(kAddress, 0), "");
  EXPECT_EQ(limits.Arrive(kAddress, 0), "");
  EXPECT_EQ(limits.Arrive(kAddress, 0), "arriving_connections");
  limits.Open(kAddress);
  EXPECT_EQ(limits.Arrive(kAddress, 0), "");
  limits.Leave(kAddress, false);
  EXPECT_EQ(limits.Arrive(kAddress, 0), "");
}

TEST(AddressLimits, BoundsOpenOnes) {
  AddressLimits limits({1, 100, 0});
  ASSERT_EQ(limits.Arrive(kAddress, 0), "");
  ASSERT_EQ(limits.Arrive(kAddress, 0), "");
  EXPECT_TRUE(limits.MayOpen(kAddress));
  limits.Open(kAddress);
  EXPECT_FALSE(limits.MayOpen(kAddress));
  limits.Leave(kAddress, true);
  EXPECT_TRUE(limits.MayOpen(kAddress));
}

TEST(AddressLimits, TakesANetworkOfIpv6ForOneAddressAndMappedIpv4ForItself) {
  AddressLimits limits({100, 1, 0});
  ASSERT_EQ(limits.Arrive("2001:db8:1:2::1", 0), "");
  EXPECT_EQ(limits.Arrive("2001:db8:1:2:ffff::9", 0), "arriving_connections");
  EXPECT_EQ(limits.Arrive("2001:db8:1:3::1", 0), "");
  ASSERT_EQ(limits.Arrive("::ffff:192.0.2.1", 0), "");
  EXPECT_EQ(limits.Arrive("192.0.2.1", 0), "arriving_connections");
  EXPECT_EQ(limits.Arrive("::ffff:192.0.2.2", 0), "");
  EXPECT_EQ(limits.Arrive("fe80::1%eth0", 0), "");
  EXPECT_EQ(limits.Arrive("fe80::2%eth0", 0), "arriving_connections");
}

TEST(AddressLimits, ForgetsAddressesThatHaveNothingHereAndAreQuiet) {
  AddressLimits limits({100, 100, 10});
  for (int i = 0; i < 1'000; ++i) {
    const std::string address = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    ASSERT_EQ(limits.Arrive(address, 0), "");
    if (i > 0) limits.Leave(address, false);
  }
  limits.Tick(50);
  EXPECT_EQ(limits.address_count(), 1'000u) << "their rates still count";
  limits.Tick(1'000);
  EXPECT_EQ(limits.address_count(), 1u) << "one is still there";
}

}  // namespace
}  // namespace ypp::transport
