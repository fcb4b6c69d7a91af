#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "tests/crdt/allocation_meter.h"
#include "tests/crdt/attacks.h"
#include "tests/crdt/processor_time.h"

namespace ypp {
namespace {

// Builds without optimization, under sanitizers. What grows as the square of its
// input takes a thousand times as long.
constexpr double kSlack = 50;

class AttackTest : public testing::TestWithParam<Attack> {};

TEST_P(AttackTest, IsRefusedOrBounded) {
  const Attack& attack = GetParam();
  Doc doc(DocOptions{1});
  ASSERT_TRUE(doc.GetText("notes").Insert(0, "hello").ok());
  for (const std::string& update : attack.before) ASSERT_TRUE(doc.ApplyUpdate(update).ok());
  const std::string state = doc.EncodeUpdate();
  int events = 0;
  const Subscription updates = doc.OnUpdate([&](const UpdateEvent&) { ++events; });

  const AllocationMeter meter;
  const double start_s = ProcessorSeconds();
  const absl::Status status = attack.strike(doc);
  const double took_ms = (ProcessorSeconds() - start_s) * 1e3;
  const size_t peak = meter.peak();

  EXPECT_LT(took_ms, kSlack * attack.most_ms);
  EXPECT_TRUE(CheckInvariants(doc).ok()) << CheckInvariants(doc);
  EXPECT_EQ(doc.GetText("notes").ToString(), "hello");
  switch (attack.outcome) {
    case Attack::Outcome::kRefused:
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
      EXPECT_NE(status.message().find("byte"), std::string::npos) << status;
      EXPECT_EQ(doc.EncodeUpdate(), state);
      EXPECT_EQ(events, 0);
      EXPECT_LE(peak, attack.most_peak_bytes);
      break;
    case Attack::Outcome::kTaken:
      EXPECT_TRUE(status.ok()) << status;
      break;
    case Attack::Outcome::kWaits:
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_FALSE(doc.GetPending().empty());
      EXPECT_EQ(doc.GetText("t").ToString(), "");
      break;
  }
  // The owner goes on as if nothing had been.
  ASSERT_TRUE(doc.GetText("notes").Append(" there").ok());
  EXPECT_EQ(doc.GetText("notes").ToString(), "hello there");
}

std::string NameOf(const testing::TestParamInfo<Attack>& info) {
  std::string name;
  for (const char c : info.param.name)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Table, AttackTest, testing::ValuesIn(Attacks()), NameOf);

}  // namespace
}  // namespace ypp
