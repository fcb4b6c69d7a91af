// Any bytes as an update to a live document, V1 and V2: refused and nothing changed, or taken in
// with every invariant in place and a state that loads again. What is large enough to be loaded the
// fast way gives the same bytes the general way, and in the other format.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "codec/update_algebra.h"
#include "crdt/check_invariants.h"
#include "crdt/doc.h"
#include "crdt/relative_position.h"

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

// A text in many pieces, so that looking for a place far from the last one makes a position tree of
// it. Its client is 3, its pieces 60 units: what the large inputs of the corpus build upon.
std::string ManyPieces() {
  ypp::DocOptions options;
  options.client_id = 3;
  ypp::Doc doc(options);
  for (uint32_t i = 0; i < 60; ++i) (void)doc.GetText("t").Insert(i * 7 % (i + 1), "x");
  return doc.EncodeUpdate();
}

// Runs are put straight between their neighbours where the text has no position tree; elsewhere
// they go the way of all structs. V2 is loaded from notes of other bytes.
void LoadEachWay(absl::Span<const uint8_t> bytes) {
  static const std::string* const pieces = new std::string(ManyPieces());
  const absl::StatusOr<std::string> as_v2 =
      ypp::ConvertUpdate(bytes, ypp::UpdateFormat::kV1, ypp::UpdateFormat::kV2);
  if (!as_v2.ok()) return;
  ypp::DocOptions options;
  options.client_id = 1;
  ypp::Doc fast(options);
  ypp::Doc general(options);
  ypp::Doc from_v2(options);
  for (ypp::Doc* const doc : {&fast, &general, &from_v2}) YPP_CHECK(doc->ApplyUpdate(*pieces).ok());
  (void)ypp::RelativePositionAt(general.GetText("t"), 40);
  const bool taken = fast.ApplyUpdate(bytes).ok();
  YPP_CHECK(general.ApplyUpdate(bytes).ok() == taken);
  YPP_CHECK(ypp::CheckInvariants(fast).ok() && ypp::CheckInvariants(general).ok());
  YPP_CHECK(fast.EncodeUpdate() == general.EncodeUpdate());
  if (!taken || !from_v2.ApplyUpdate(*as_v2, {}, ypp::UpdateFormat::kV2).ok()) return;
  YPP_CHECK(ypp::CheckInvariants(from_v2).ok());
  if (fast.GetPending().empty()) YPP_CHECK(fast.EncodeUpdate() == from_v2.EncodeUpdate());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kMaxInputBytes) return 0;
  Apply({data, size}, ypp::UpdateFormat::kV1);
  Apply({data, size}, ypp::UpdateFormat::kV2);
  LoadEachWay({data, size});
  return 0;
}
