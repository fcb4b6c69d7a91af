#include "plugin/tool_files.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/json.h"

namespace ypp::plugin {

void PrintTo(const TouchedFile& file, std::ostream* out) {
  *out << file.kind << " " << file.path << " from " << file.from << " to " << file.to;
}

namespace {

std::vector<TouchedFile> Touched(std::string_view tool, std::string_view args,
                                 std::string_view metadata = "{}", std::string_view worktree = "") {
  return FilesTouchedBy(tool, *codec::ParseJson(args), *codec::ParseJson(metadata),
                        PersonalPaths(worktree, ""));
}

using Files = std::vector<TouchedFile>;

TEST(FilesTouchedBy, KnowsTheToolsThatChangeOneFile) {
  EXPECT_EQ(Touched("edit", R"({"filePath":"a"})"), (Files{{"a", "edit", "", ""}}));
  EXPECT_EQ(Touched("MultiEdit", R"({"file_path":"a"})"), (Files{{"a", "edit", "", ""}}));
  EXPECT_EQ(Touched("write", R"({"filePath":"a","content":"x"})"), (Files{{"a", "write", "", ""}}));
  EXPECT_EQ(Touched("write", R"({"filePath":"a"})", R"({"exists":false})"),
            (Files{{"a", "create", "", ""}}));
  EXPECT_EQ(Touched("delete", R"({"path":"a"})"), (Files{{"a", "delete", "", ""}}));
}

TEST(FilesTouchedBy, RecordsAMoveAtBothPaths) {
  const Files expected = {{"b", "move", "a", ""}, {"a", "delete", "", "b"}};
  EXPECT_EQ(Touched("move", R"({"from":"a","to":"b"})"), expected);
  EXPECT_EQ(Touched("rename", R"({"oldPath":"a","newPath":"b"})"), expected);
}

TEST(FilesTouchedBy, ReadsThePathsOfAPatch) {
  const Files expected = {{"new.c", "create", "", ""},
                          {"old.c", "patch", "", ""},
                          {"to.c", "move", "from.c", ""},
                          {"from.c", "delete", "", "to.c"},
                          {"gone.c", "delete", "", ""}};
  EXPECT_EQ(
      Touched(
          "apply_patch",
          R"({"patchText":"*** Begin Patch\n*** Add File: new.c\n+x\n*** Update File: old.c\n@@\n-a\n+b\n*** Update File: from.c\r\n*** Move to: to.c\n*** Delete File: gone.c\n*** End Patch"})"),
      expected);
}

TEST(FilesTouchedBy, TakesAPatchToolsOwnListOtherwise) {
  EXPECT_EQ(Touched("patch", "{}", R"({"files":["a",{"filePath":"b"},3]})"),
            (Files{{"a", "patch", "", ""}, {"b", "patch", "", ""}}));
}

TEST(FilesTouchedBy, MakesPathsInsideTheWorktreeRelative) {
  EXPECT_EQ(Touched("edit", R"({"filePath":"/home/ada/p/src/a"})", "{}", "/home/ada/p/")[0].path,
            "src/a");
  EXPECT_EQ(Touched("edit", R"({"filePath":"/home/ada/p2/a"})", "{}", "/home/ada/p")[0].path,
            "/home/ada/p2/a");
  EXPECT_EQ(Touched("edit", R"({"filePath":"./a"})")[0].path, "a");
}

TEST(FilesTouchedBy, IsEmptyForToolsThatOnlyLookAndForArgumentsThatDoNotSay) {
  EXPECT_EQ(Touched("read", R"({"filePath":"a"})"), Files{});
  EXPECT_EQ(Touched("bash", R"({"command":"rm a"})"), Files{});
  EXPECT_EQ(Touched("edit", "{}"), Files{});
  EXPECT_EQ(Touched("edit", R"({"filePath":7})"), Files{});
  EXPECT_EQ(Touched("edit", "null"), Files{});
  EXPECT_EQ(Touched("move", R"({"from":"a"})"), Files{});
  EXPECT_EQ(Touched("edit", R"({"filePath":")" + std::string(5000, 'x') + "\"}"), Files{});
}

TEST(FilesTouchedBy, StopsAtAThousandFiles) {
  std::string patch;
  for (int i = 0; i < 3000; ++i) patch += "*** Add File: f" + std::to_string(i) + "\\n";
  EXPECT_EQ(Touched("patch", R"({"patch":")" + patch + "\"}").size(), 1000u);
}

}  // namespace
}  // namespace ypp::plugin
