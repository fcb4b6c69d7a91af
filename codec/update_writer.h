// Writes an update struct by struct, V1 or V2. The mirror of update_reader.h. The bytes are those
// Yjs 13.6 writes for the same structs in the same order: keys are written again each time in V2,
// the RLE of the last run has no count.
//
//   UpdateWriter writer(Dialect::kV1);
//   writer.BeginUpdate(sections);
//   writer.BeginSection({client, clock, structs});  // clients descending
//   writer.WriteStruct(view);
//   writer.WriteDeleteSet(deletes);
//   std::string update = writer.Finish();
#ifndef YPP_CODEC_UPDATE_WRITER_H_
#define YPP_CODEC_UPDATE_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "codec/byte_writer.h"
#include "codec/delete_set.h"
#include "codec/delete_set_union.h"
#include "codec/struct_view.h"
#include "codec/update_reader.h"

namespace ypp::codec {

struct UpdateColumns;

class UpdateWriter {
 public:
  // A V1 update is written into the memory of `buffer`, whatever is in it, and Finish gives that
  // back.
  explicit UpdateWriter(Dialect dialect, std::string buffer = {});
  ~UpdateWriter();
  UpdateWriter(UpdateWriter&&) noexcept;
  UpdateWriter& operator=(UpdateWriter&&) noexcept;

  Dialect dialect() const { return dialect_; }
  // A hint, so that a large document is written without growing.
  void Reserve(size_t structs, size_t content_bytes);

  void BeginUpdate(uint64_t sections);
  void BeginSection(const UpdateReader::Section& section);
  // Instead of the two above, for a caller that does not know in advance how many will come: the
  // writer counts, and WriteDeleteSet puts the counts where they belong.
  void BeginCountedUpdate() { counting_ = true; }
  void BeginCountedSection(ClientId client, Clock clock);
  // Embed and Format values are turned from what the view says they are (value_is_json) into what
  // the dialect wants.
  void WriteStruct(const StructView& view);
  // The same for several, given as their bytes in this dialect. Not for kV2.
  void WriteStructs(uint64_t count, Bytes bytes);
  // What was written so far. Not for kV2, and not between counted sections.
  size_t size_bytes() const { return out_.size(); }
  // For who writes structs straight from elsewhere: the stream of V1, or the columns of V2; null in
  // other dialects. Not between counted sections.
  ByteWriter* v1_stream() { return dialect_ == Dialect::kV1 ? &out_ : nullptr; }
  UpdateColumns* v2_columns() { return columns_.get(); }
  // As it stands: the caller sorts. Goes last.
  void WriteDeleteSet(const DeleteSet& deletes);
  // Instead, client by client: descending, and ranges as WriteDeleteSet wants them, none of them
  // empty.
  void BeginDeletes(uint64_t clients) { out_.WriteVarUint(clients); }
  void WriteDeletes(ClientId client, absl::Span<const ClockRange> ranges);
  // The same for sets that are not in memory as a whole.
  void WriteDeleteSet(DeleteSetUnion& deletes);
  std::string Finish();

 private:
  struct SinkV1;
  struct SinkV2;
  struct CountedSection {
    size_t begin;  // in out_
    uint64_t structs;
  };

  template <typename Sink>
  static void WriteTo(Sink& sink, const StructView& view);
  template <typename Sink>
  static void WriteBody(Sink& sink, const StructView& view);
  static void WriteContent(ByteWriter& out, const StructView& view);
  void WriteSectionHead(ClientId client, Clock clock);
  void FinishCounting();

  Dialect dialect_;
  ByteWriter out_;                          // the whole update in V1, the rest stream in V2
  std::unique_ptr<UpdateColumns> columns_;  // of V2
  bool counting_ = false;
  std::vector<CountedSection> counted_;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_UPDATE_WRITER_H_
