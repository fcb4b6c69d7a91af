#include "plugin/conflict_watcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crdt/doc.h"
#include "plugin/hooks.h"

namespace ypp::plugin {
namespace {

// A device with a replica of the session and hooks on it.
struct Device {
  Device(std::string name, int64_t start_ms)
      : now_ms(start_ms), author{std::move(name), "terminal"} {}

  void Run(const std::string& call_id, const std::string& tool, const std::string& args) {
    ASSERT_TRUE(hooks
                    .ToolExecuteAfter(R"({"tool":")" + tool + R"(","callID":")" + call_id +
                                          R"(","args":)" + args + "}",
                                      R"({"title":"","output":"","metadata":{}})")
                    .ok());
  }
  void Take(const Device& other) { ASSERT_TRUE(doc.ApplyUpdate(other.doc.EncodeUpdate()).ok()); }
  std::vector<std::string> Take() {
    std::vector<std::string> taken;
    taken.swap(seen);
    return taken;
  }

  int64_t now_ms;
  Author author;
  std::vector<std::string> seen;
  Doc doc;
  SessionDocument document{doc};
  ConflictWatcher watcher{document, [this](const Conflict& conflict) {
                            seen.push_back(std::string(ConflictName(conflict.kind)) + " " +
                                           conflict.path + " " + conflict.first.id + " " +
                                           conflict.second.id);
                          }};
  Hooks hooks{document,
              {"s1", author, "/home/" + author.name + "/project", "", [this] { return now_ms; },
               [](const std::function<void()>& fn) { fn(); }}};
};

using Seen = std::vector<std::string>;

TEST(ConflictWatcher, TellsBothDevicesOfOneCallMadeTwiceWithinAHundredMilliseconds) {
  Device a("a", 1'000), b("b", 1'100);
  a.Run("call_a", "bash", R"({"command":"make","timeout":5})");
  b.Run("call_b", "bash", R"({"timeout":5,"command":"make"})");
  a.Take(b);
  b.Take(a);
  const Seen expected{"cloud-sync:conflict  call_a call_b"};
  EXPECT_EQ(a.Take(), expected);
  EXPECT_EQ(b.Take(), expected);
  // Once is enough.
  a.Take(b);
  a.Run("call_c", "bash", R"({"command":"other"})");
  EXPECT_EQ(a.Take(), Seen());
}

TEST(ConflictWatcher, KnowsOneCallByWhatIsTheSameOnBothMachines) {
  Device a("a", 1'000), b("b", 1'050);
  // One answer of the model, carried out twice.
  a.Run("call_1", "read", R"({"filePath":"/home/a/project/src/x.c"})");
  b.Run("call_1", "read", R"({"filePath":"/home/b/project/src/x.c"})");
  a.Take(b);
  b.Take(a);
  const Seen expected{"cloud-sync:conflict  call_1 call_1"};
  EXPECT_EQ(a.Take(), expected);
  EXPECT_EQ(b.Take(), expected);
}

TEST(ConflictWatcher, SaysNothingOfCallsFurtherApartOfOtherCallsAndOfOneDevice) {
  Device a("a", 1'000), b("b", 1'101);
  a.Run("call_a", "bash", R"({"command":"make"})");
  a.Run("call_again", "bash", R"({"command":"make"})");
  b.Run("call_b", "bash", R"({"command":"make"})");
  a.now_ms = 1'101;
  a.Run("call_other", "bash", R"({"command":"make test"})");
  a.Take(b);
  EXPECT_EQ(a.Take(), Seen());
}

TEST(ConflictWatcher, WarnsOfTwoChangesOfOnePathThatDidNotKnowOfEachOther) {
  Device a("a", 1'000), b("b", 90'000);
  a.Run("call_0", "write", R"({"filePath":"/home/a/project/x.c","content":"0"})");
  b.Take(a);
  a.Run("call_a", "edit", R"({"filePath":"/home/a/project/x.c","newString":"1"})");
  b.Run("call_b", "edit", R"({"filePath":"/home/b/project/x.c","newString":"2"})");
  b.Run("call_y", "write", R"({"filePath":"/home/b/project/y.c","content":""})");
  a.Take(b);
  b.Take(a);
  const Seen expected{"cloud-sync:path-conflict x.c call_a call_b"};
  EXPECT_EQ(a.Take(), expected);
  EXPECT_EQ(b.Take(), expected);
  // The next change knows of what won.
  a.Run("call_later", "edit", R"({"filePath":"/home/a/project/x.c","newString":"3"})");
  b.Take(a);
  EXPECT_EQ(a.Take(), Seen());
  EXPECT_EQ(b.Take(), Seen());
}

TEST(ConflictWatcher, DoesNotRepeatWhatWasInTheDocumentBefore) {
  Device a("a", 1'000), b("b", 1'000);
  a.Run("call_a", "bash", R"({"command":"make"})");
  b.Run("call_b", "bash", R"({"command":"make"})");
  a.Take(b);
  Doc later;
  ASSERT_TRUE(later.ApplyUpdate(a.doc.EncodeUpdate()).ok());
  SessionDocument document(later);
  int conflicts = 0;
  ConflictWatcher watcher(document, [&](const Conflict&) { ++conflicts; });
  ASSERT_TRUE(later.ApplyUpdate(a.doc.EncodeUpdate()).ok());
  EXPECT_EQ(conflicts, 0);
}

}  // namespace
}  // namespace ypp::plugin
