#include "plugin/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ypp::plugin {
namespace {

TEST(Config, TakesTheEnvironmentBeforeTheFile) {
  const std::string path =
      std::filesystem::temp_directory_path() / absl::StrCat("ypp-config-", getpid(), ".json");
  FILE* const file = std::fopen(path.c_str(), "w");
  std::fputs(R"({"relayUrl": "ws://file", "tier": "team", "syncMode": "manual", "handoffTtl": 60})",
             file);
  std::fclose(file);
  const absl::StatusOr<Config> config = LoadConfig(path, [](const char* name) -> const char* {
    if (std::string_view(name) == "YPP_RELAY_URL") return "ws://environment";
    return std::string_view(name) == "YPP_ENABLE_SYNC" ? "false" : nullptr;
  });
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->relay_url, "ws://environment");
  EXPECT_EQ(config->tier, "team");
  EXPECT_TRUE(config->manual);
  EXPECT_FALSE(config->enable_sync);
  EXPECT_EQ(config->handoff_ttl_ms, 60'000);
  std::filesystem::remove(path);
}

TEST(Config, ReadsTheTokenFromItsFileEachTimeItIsWanted) {
  const std::string path =
      std::filesystem::temp_directory_path() / absl::StrCat("ypp-token-", getpid());
  const auto write = [&path](std::string_view text) { std::ofstream(path) << text; };
  const auto load = [&path] {
    return LoadConfig("", [&path](const char* name) {
      return std::string_view(name) == "YPP_TOKEN_FILE" ? path.c_str() : nullptr;
    });
  };
  write("first\n");
  const absl::StatusOr<Config> config = load();
  ASSERT_TRUE(config.ok()) << config.status();
  const SessionOptions options = config->ToSessionOptions();
  EXPECT_EQ(options.token, "first");
  absl::StatusOr<std::string> fetched;
  const auto fetch = [&] {
    options.fetch_token([&](absl::StatusOr<std::string> token) { fetched = std::move(token); });
    return fetched;
  };
  write("second");
  EXPECT_EQ(*fetch(), "second");
  write("");
  EXPECT_TRUE(absl::IsInvalidArgument(fetch().status()));
  std::filesystem::remove(path);
  EXPECT_TRUE(absl::IsNotFound(fetch().status()));
  EXPECT_TRUE(absl::IsNotFound(load().status()));
}

TEST(Config, RefusesWhatItCannotUseWithoutRepeatingIt) {
  for (const char* json : {"[]", "{", R"({"token": 7})", R"({"syncMode": "secret-value"})",
                           R"({"handoffTtl": -1})", R"({"enableSync": "secret-value"})"}) {
    const absl::Status status = ParseConfig(json).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << json;
    EXPECT_EQ(std::string(status.message()).find("secret-value"), std::string::npos);
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ParseConfig(R"({"reley": "x"})").status()));
  EXPECT_TRUE(absl::IsNotFound(
      LoadConfig("/nowhere/ypp.json", [](const char*) { return nullptr; }).status()));
}

}  // namespace
}  // namespace ypp::plugin
