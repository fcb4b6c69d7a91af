#include "plugin/personal_paths.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace ypp::plugin {
namespace {

const PersonalPaths kPaths("/home/ada/project/", "/home/ada");

TEST(PersonalPaths, MakesAPathInsideTheWorktreeRelative) {
  EXPECT_EQ(kPaths.Path("/home/ada/project/src/a.c"), "src/a.c");
  EXPECT_EQ(kPaths.Path("./src/a.c"), "src/a.c");
  EXPECT_EQ(kPaths.Path("/home/ada/project2/a.c"), "~/project2/a.c");
  EXPECT_EQ(kPaths.Path("/home/ada/project"), "~/project");
  EXPECT_EQ(kPaths.Path("/etc/hosts"), "/etc/hosts");
}

TEST(PersonalPaths, ShortensTheHomeDirectoryInAnyText) {
  EXPECT_EQ(kPaths.Text("cd /home/ada && cat '/home/ada/x' file:///home/ada/y"),
            "cd ~ && cat '~/x' file://~/y");
  EXPECT_EQ(kPaths.Text("it is in /home/ada."), "it is in ~.");
  EXPECT_EQ(kPaths.Text("/home/ada"), "~");
}

TEST(PersonalPaths, LeavesWhatOnlyLooksLikeIt) {
  for (const char* text : {"/home/adam/x", "/home/ada-2", "/home/ada.old/x", "/mnt/home/ada/x",
                           "/home", "", "/home/ad", "/home/ad\xc3\xa4"}) {
    EXPECT_EQ(kPaths.Text(text), text);
  }
}

TEST(PersonalPaths, OfAHostWithoutHomeOrWithTheRootForItAreLeft) {
  EXPECT_EQ(PersonalPaths("", "").Path("/home/ada/x"), "/home/ada/x");
  EXPECT_EQ(PersonalPaths("/", "/").Path("/home/ada/x"), "/home/ada/x");
}

TEST(PersonalPaths, ReachesAllStringsOfAValue) {
  const Any value = *codec::ParseJson(
      R"({"filePath":"/home/ada/project/a","edits":[{"filePath":"/home/ada/project/b","n":1}],)"
      R"("paths":["/home/ada/project/c"],"command":"ls /home/ada/project/d","to":"/home/ada"})");
  EXPECT_EQ(codec::ToJson(kPaths.Value(value)),
            R"({"filePath":"a","edits":[{"filePath":"b","n":1}],"paths":["c"],)"
            R"("command":"ls ~/project/d","to":"~"})");
}

}  // namespace
}  // namespace ypp::plugin
