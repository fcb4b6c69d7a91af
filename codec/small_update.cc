#include "codec/small_update.h"

#include "codec/quick_reader.h"
#include "codec/quick_struct.h"
#include "codec/update_reader.h"

namespace ypp::codec {
namespace {

using Reader = QuickReader<EndOfInput::kMayCome>;

bool ReadQuickly(Bytes update, SmallUpdate* small) {
  Reader reader(update.data(), update.data() + update.size());
  const uint8_t sections = reader.ReadUint8();
  if (sections > 1) return false;
  if (sections == 1) {
    if (reader.ReadUint8() != 1) return false;
    const uint8_t* start = reader.cursor();
    Id id;
    id.client = reader.ReadClient();
    if (!reader.ok()) return false;
    LastClient writer;
    writer.Set(start, static_cast<size_t>(reader.cursor() - start), id.client);
    if (writer.size_bytes == 0) return false;  // over-long
    id.clock = reader.ReadVarUint();
    if (!ReadQuickStruct(reader, writer, id, &small->view)) return false;
    small->has_struct = true;
  }
  small->deletes_position = static_cast<size_t>(reader.cursor() - update.data());
  const uint8_t clients = reader.ReadUint8();
  if (clients > 1) return false;
  if (clients == 1) {
    small->deleted_client = reader.ReadClient();
    if (reader.ReadUint8() != 1) return false;
    small->deleted.clock = reader.ReadVarUint();
    small->deleted.length = reader.ReadVarUint();
  }
  return reader.ok() && small->deleted.length <= kMaxClock - small->deleted.clock;
}

bool ReadGenerally(Bytes update, SmallUpdate* small) {
  UpdateReader reader(update, Dialect::kV1);
  if (reader.sections_left() > 1) return false;
  UpdateReader::Section section;
  if (reader.NextSection(&section)) {
    if (section.structs != 1) return false;
    small->has_struct = true;
    reader.NextStruct(&small->view);
  }
  if (reader.ok()) small->deletes_position = reader.position();
  UpdateReader::DeletedRange deleted;
  if (!reader.ReadSingleDelete(&deleted)) return false;
  small->deleted_client = deleted.client;
  small->deleted = deleted.range;
  return true;
}

}  // namespace

bool ReadSmallUpdate(Bytes update, SmallUpdate* small) {
  if (update.size() >= Reader::kWordBytes && ReadQuickly(update, small)) return true;
  *small = SmallUpdate();
  return ReadGenerally(update, small);
}

}  // namespace ypp::codec
