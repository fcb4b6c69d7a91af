#include "plugin/console_link.h"

#include <gtest/gtest.h>

namespace ypp::plugin {
namespace {

TEST(ConsoleLink, CarriesTheTokenInTheFragmentAlone) {
  const std::string link =
      ConsoleLink("ws://127.0.0.1:1234/any", "", "tenant_ab/pugi-session-x", "a&b c");
  EXPECT_EQ(link, "http://127.0.0.1:1234/console/#doc=tenant_ab/pugi-session-x&token=a%26b%20c");
  EXPECT_EQ(ConsoleLink("wss://relay.example", "", "d", "t"),
            "https://relay.example/console/#doc=d&token=t");
  EXPECT_EQ(ConsoleLink("wss://relay.example", "https://console.example/", "d", "t"),
            "https://console.example/#doc=d&token=t&relay=wss%3A//relay.example");
}

}  // namespace
}  // namespace ypp::plugin
