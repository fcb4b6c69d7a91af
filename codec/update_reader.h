// Reads an update struct by struct, V1 or V2, without building anything. FORMAT.md, "Update".
//
//   UpdateReader reader(bytes, UpdateFormat::kV1);
//   UpdateReader::Section section;
//   while (reader.NextSection(&section)) {
//     StructView view;
//     while (reader.NextStruct(&view)) Use(view);
//   }
//   DeleteSet deletes = reader.ReadDeleteSet();
//   if (!reader.ok()) return reader.status();
//
// Everything is checked while it is read: counts against the bytes that remain, client ids and
// clocks against their ranges, UTF-8, JSON, Any values (shape, depth). A struct may be empty: no
// document keeps one, but Yjs carries them along while they wait.
// Views point into the input, except those the V2 reader has to put together (kJson, text cut
// inside a surrogate pair): these live in the reader's scratch and are good until the next struct
// is read.
//
// Move-only. Not thread-safe; readers of the same bytes are independent.
#ifndef YPP_CODEC_UPDATE_READER_H_
#define YPP_CODEC_UPDATE_READER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "codec/byte_reader.h"
#include "codec/check.h"
#include "codec/decode_limits.h"
#include "codec/delete_set.h"
#include "codec/delete_set_union.h"
#include "codec/quick_struct.h"
#include "codec/struct_view.h"

namespace ypp {

enum class UpdateFormat : uint8_t {
  kV1 = 1,
  kV2 = 2,
};

namespace codec {

// The bytes of an update before they are taken apart. kV1Any is V1 with one difference: the values
// of Embed and Format are encoded Any instead of JSON text, so that nothing is lost between V2 and
// the document. It never leaves the process: the document keeps what waits for missing structs in
// it.
enum class Dialect : uint8_t { kV1, kV2, kV1Any };

constexpr Dialect DialectOf(UpdateFormat format) {
  return format == UpdateFormat::kV1 ? Dialect::kV1 : Dialect::kV2;
}

// A key in V2 may refer to an earlier one, so that a short update could name one long key again and
// again. No known writer does; so many bytes of keys may come from references.
inline constexpr uint64_t kMaxReferredKeyBytes = uint64_t{1} << 24;

class UpdateReader {
 public:
  struct Section {
    ClientId client = 0;
    Clock clock = 0;       // of the first struct
    uint64_t structs = 0;  // how many follow, Skips counted
  };

  UpdateReader(Bytes update, Dialect dialect, const DecodeLimits& limits = {});
  ~UpdateReader();
  UpdateReader(UpdateReader&&) noexcept;
  UpdateReader& operator=(UpdateReader&&) noexcept;

  // A hole whose info byte has upper bits set is a hole for a document that applies the update, and
  // bad input for everything else, as in Yjs. For the former, call this before reading.
  void AcceptHolesWithFlags() { accept_holes_with_flags_ = true; }

  Dialect dialect() const { return dialect_; }
  bool ok() const { return in_.ok(); }
  absl::Status status() const;

  // How many sections the update still announces. No more than its bytes could hold.
  uint64_t sections_left() const { return sections_left_; }
  // Passes over what is left of the current section. False when there is no further one, or on
  // failure.
  bool NextSection(Section* section);
  // So many sections were read by somebody else, up to `position`. REQUIRES: the current one is
  // read; not for kV2.
  void PassSections(uint64_t count, size_t position) {
    YPP_DCHECK(columns_ == nullptr && structs_left_ == 0 && count <= sections_left_);
    sections_left_ -= count;
    in_.Seek(position);
  }
  // False at the end of the section, or on failure.
  bool NextStruct(StructView* view) {
    if (structs_left_ == 0) return false;
    if (columns_ == nullptr && ReadQuickStruct(in_, last_client_, next_, view)) {
      --structs_left_;
      next_.clock = view->end();
      return true;
    }
    return NextAnyStruct(view);
  }
  // Instead, only in kV2: the next struct if it is a run (IsQuick, quick_struct.h), of ASCII if it
  // is text, without all that a view says of other structs. False, and nothing is read, for
  // anything else; or on failure.
  struct Run {
    StructKind kind = StructKind::kGc;
    bool has_parent_sub = false;
    bool has_origin = false;
    bool has_right_origin = false;
    Id id;
    Id origin;
    Id right_origin;
    Clock length = 0;
    std::string_view text;
  };
  bool NextRun(Run* run);
  static void ToView(const Run& run, StructView* view);
  // Instead, as many structs as `read` takes (ReadQuickStructs). How many. Not for kV2.
  template <typename Read>
  [[gnu::always_inline]] uint64_t ReadQuick(Read read) {
    YPP_DCHECK(columns_ == nullptr);
    const uint64_t count = ReadQuickStructs(in_, last_client_, structs_left_, &next_, read);
    structs_left_ -= count;
    return count;
  }
  // Instead, for who wants to know no more of the struct.
  bool NextExtent(StructExtent* extent) {
    if (structs_left_ == 0) return false;
    if (columns_ == nullptr && ReadQuickExtent(in_, last_client_, next_, extent)) {
      --structs_left_;
      next_.clock = extent->end();
      return true;
    }
    return NextAnyExtent(extent);
  }
  // Passes over the structs of the section that end at or before `clock`, and the holes among them.
  // May stop before.
  void SkipUpTo(Clock clock);
  // Passes over runs (quick_struct.h), as far as there are some. May stop before. Where the next
  // struct of the section begins.
  Clock SkipRuns();
  // Passes over structs that a writer of the same dialect would write as they stand, which most
  // are, as far as there are some. How many. Not for kV2.
  uint64_t SkipAsWritten();
  // After the last section. Bytes behind the delete set are ignored, as Yjs does.
  DeleteSet ReadDeleteSet();
  // The same, read over and added to `deletes`. The bytes must stay.
  void AddDeleteSetTo(DeleteSetUnion& deletes);
  // Instead, for an update that is expected to delete one range at most: false when it deletes
  // more, or when reading failed. Only V1.
  struct DeletedRange {
    ClientId client = 0;
    ClockRange range;  // empty: nothing is deleted
  };
  bool ReadSingleDelete(DeletedRange* deleted);

  // Not for kV2. Where the next struct begins, in bytes from the start of the update; SeekTo goes
  // back to such a place inside section `section`, of which `structs` structs are still to be read
  // and the next one starts at `clock`.
  size_t position() const { return in_.position(); }
  void SeekTo(size_t position, const Section& rest);
  // The bytes from one such place to another.
  Bytes BytesBetween(size_t begin, size_t end) const { return in_.BytesBetween(begin, end); }

 private:
  bool NextAnyStruct(StructView* view);
  bool NextAnyExtent(StructExtent* extent);

  struct Columns;  // the V2 column decoders
  struct SourceV1;
  struct SourceV2;

  Dialect dialect_;
  bool accept_holes_with_flags_ = false;
  ByteReader in_;  // the whole update in V1, the rest stream in V2
  std::unique_ptr<Columns> columns_;
  uint64_t sections_left_ = 0;
  uint64_t structs_left_ = 0;
  Id next_;
  LastClient last_client_;
};

}  // namespace codec
}  // namespace ypp

#endif  // YPP_CODEC_UPDATE_READER_H_
