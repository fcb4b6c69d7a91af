// The examples of FIPS 180 for "abc".
#include "transport/digest.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace ypp::transport {
namespace {

TEST(Digest, AreThoseOfTheStandard) {
  EXPECT_EQ(absl::BytesToHexString(Sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace ypp::transport
