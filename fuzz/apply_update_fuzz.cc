// Any bytes as an update to a live document, V1 and V2: refused and nothing changed, or taken in
// with every invariant in place and a state that loads again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"

namespace {

// The checks walk the whole document, and ToJson a value of any size: long inputs say nothing more.
constexpr size_t kMaxInputBytes = 16 * 1024;

// Shows and copies everything, whatever was put where.
void Read(ypp::Doc& doc) {
  for (const std::string& name : doc.RootNames()) {
    (void)ypp::Value(doc.GetRoot(name, ypp::TypeKind::kUntyped)).ToAny();
  }
  (void)doc.GetText("t").Clone();
  (void)doc.GetArray("a").Clone();
  (void)doc.GetMap("m").Clone();
  ypp::XmlFragment xml = doc.GetXmlFragment("x");
  for (const ypp::SharedType& node : xml.CreateTreeWalker())
    (void)ypp::XmlElement(node).NextSibling();
  (void)xml.Clone();
}

void Apply(absl::Span<const uint8_t> bytes, ypp::UpdateFormat format) {
  ypp::DocOptions options;
  options.client_id = 1;
  ypp::Doc doc(options);
  doc.Transact([&] {
    (void)doc.GetText("t").Insert(0, "hello");
    (void)doc.GetArray("a").Insert(0, {1, "two"});
    (void)doc.GetMap("m").SetText("k");
    (void)doc.GetXmlFragment("x").Push(
        {ypp::NewXmlElement("p", {ypp::NewXmlText("x")}, {{"k", "v"}})});
  });
  const std::string before = doc.EncodeUpdate();
  if (!doc.ApplyUpdate(bytes, {}, format).ok()) {
    YPP_CHECK(doc.EncodeUpdate() == before);
    return;
  }
  YPP_CHECK(ypp::CheckInvariants(doc).ok());
  Read(doc);
  const std::string after = doc.EncodeUpdate();
  options.client_id = 2;
  ypp::Doc copy(options);
  YPP_CHECK(copy.ApplyUpdate(after).ok());
  YPP_CHECK(copy.GetStateVector() == doc.GetStateVector());
  YPP_CHECK(ypp::CheckInvariants(copy).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kMaxInputBytes) return 0;
  Apply({data, size}, ypp::UpdateFormat::kV1);
  Apply({data, size}, ypp::UpdateFormat::kV2);
  return 0;
}
