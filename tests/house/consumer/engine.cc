// What a stranger does with the installed engine: two replicas edit apart, exchange updates and
// agree.
#include <cstdio>
#include <string>
#include <string_view>

#include "crdt/doc.h"

namespace {

bool Expect(bool condition, const char* what) {
  if (!condition) std::fprintf(stderr, "not so: %s\n", what);
  return condition;
}

bool EditAndMerge() {
  ypp::DocOptions options;
  options.client_id = 1;
  ypp::Doc ada(options);
  options.client_id = 2;
  ypp::Doc ben(options);

  if (!Expect(ada.GetText("notes").Insert(0, "hello").ok(), "Ada can write")) return false;
  if (!Expect(ben.ApplyUpdate(ada.EncodeUpdate()).ok(), "Ben takes Ada's update")) return false;
  {
    ypp::Transaction transaction(ben);
    if (!ben.GetText("notes").Insert(5, " world").ok()) return false;
    if (!ben.GetMap("meta").Set("author", "ben").ok()) return false;
  }
  if (!Expect(ada.GetText("notes").Delete(0, 1).ok(), "Ada can delete")) return false;

  const std::string to_ada = ben.EncodeUpdate(ada.GetStateVector());
  const std::string to_ben = ada.EncodeUpdate(ben.GetStateVector());
  if (!Expect(ada.ApplyUpdate(to_ada).ok(), "Ada takes Ben's difference")) return false;
  if (!Expect(ben.ApplyUpdate(to_ben).ok(), "Ben takes Ada's difference")) return false;

  return Expect(ada.GetText("notes").ToString() == "ello world", "the text holds both edits") &&
         Expect(ben.GetText("notes").ToString() == "ello world", "both hold the same text") &&
         Expect(ada.EncodeUpdate() == ben.EncodeUpdate(), "both encode to the same bytes") &&
         Expect(!ada.ApplyUpdate(std::string_view("\xff\xff", 2)).ok(), "bad bytes are refused");
}

}  // namespace

int main() {
  if (!EditAndMerge()) return 1;
  std::puts("replicas agree");
  return 0;
}
