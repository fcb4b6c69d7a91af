#include "tests/crdt/greedy_updates.h"

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "codec/byte_writer.h"

namespace ypp {
namespace {

using codec::ByteWriter;

std::string Bytes(std::initializer_list<uint64_t> numbers) {
  ByteWriter out;
  for (const uint64_t number : numbers) out.WriteVarUint(number);
  return out.Take();
}

// V1: client 1 with structs made by `write_struct(out, i)` until the size is reached.
template <typename WriteStruct>
std::string Structs(size_t size_bytes, WriteStruct write_struct) {
  ByteWriter body;
  uint64_t count = 0;
  while (body.size() < size_bytes) write_struct(body, count++);
  return Bytes({1, count, 1, 0}) + body.Take() + Bytes({0});
}

// V1: sections of one struct each, of clients 2, 3, 4, …
template <typename WriteStruct>
std::string Sections(size_t size_bytes, uint64_t first_clock, WriteStruct write_struct) {
  ByteWriter body;
  uint64_t count = 0;
  while (body.size() < size_bytes) {
    body.WriteBytes(Bytes({1, count + 2, first_clock}));
    write_struct(body, count++);
  }
  return Bytes({count}) + body.Take() + Bytes({0});
}

// V1: no structs; a client of the delete set after the other.
template <typename WriteRanges>
std::string Deletes(size_t size_bytes, WriteRanges write_ranges) {
  ByteWriter body;
  uint64_t count = 0;
  while (body.size() < size_bytes) {
    body.WriteVarUint(count + 2);
    write_ranges(body, count++);
  }
  return Bytes({0, count}) + body.Take();
}

void Write(ByteWriter& out, std::initializer_list<uint64_t> numbers) {
  out.WriteBytes(Bytes(numbers));
}

// A short name, each another one.
std::string Name(uint64_t number) {
  std::string name;
  do {
    name.push_back(static_cast<char>(number % 128));
    number /= 128;
  } while (number > 0);
  return name;
}

}  // namespace

std::string RunOfTypes(uint64_t count) {
  ByteWriter out;
  const auto column = [&out](std::string_view bytes) { out.WriteVarString(bytes); };
  ByteWriter clients;
  clients.WriteVarInt(1, true);  // a run of ones: the section, then the origins
  clients.WriteVarUint(count - 2);
  ByteWriter clocks;
  clocks.WriteVarUint(0);
  if (count > 2) {
    clocks.Clear();
    clocks.WriteUint8(0);  // 0
    clocks.WriteUint8(3);  // then one more each time
    clocks.WriteVarUint(count - 2 - 2);
  }
  ByteWriter refs;
  refs.WriteVarInt(1, true);
  refs.WriteVarUint(count - 2);
  out.WriteUint8(0);
  column("");
  column(clients.bytes());
  column(clocks.bytes());
  column("");
  column(std::string("\x07\x00\x87", 3));
  column(std::string("\x01t\x01", 3));
  column("\x01");
  column(refs.bytes());
  column("");
  Write(out, {1, count, 0, 0});
  return out.Take();
}

std::vector<GreedyUpdate> GreedyUpdates(size_t size_bytes) {
  std::vector<GreedyUpdate> updates;
  const auto add = [&updates](const char* name, std::string bytes) {
    updates.push_back({name, std::move(bytes)});
  };
  add("collected structs", Structs(size_bytes, [](ByteWriter& out, uint64_t) {
        Write(out, {0, 1});
      }));
  add("types side by side", Structs(size_bytes, [](ByteWriter& out, uint64_t) {
        Write(out, {7, 1, 0, 0});
      }));
  add("types in types", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        i == 0 ? Write(out, {7, 1, 0, 0}) : Write(out, {7, 0, 1, i - 1, 0});
      }));
  add("types one after the other", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        if (i == 0) return Write(out, {7, 1, 0, 0});
        out.WriteUint8(0x87);
        Write(out, {1, i - 1, 0});
      }));
  add("types that cut a long struct", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        if (i == 0) return Write(out, {1, 1, 0, 16000});
        out.WriteUint8(0x87);
        Write(out, {1, (i * 7919) % 16000, 0});
      }));
  add("keys of one map", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        Write(out, {0x21, 1, 0});
        out.WriteVarString(Name(i));
        Write(out, {1});
      }));
  add("maps with one key", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        if (i % 2 == 0) return Write(out, {7, 1, 0, 1});
        Write(out, {0x21, 0, 1, i - 1, 0, 1});
      }));
  add("roots", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        Write(out, {1, 1});
        out.WriteVarString(Name(i));
        Write(out, {1});
      }));
  add("elements with names", Structs(size_bytes, [](ByteWriter& out, uint64_t i) {
        Write(out, {7, 1, 0, 3});
        out.WriteVarString(Name(i));
      }));
  add("numbers as JSON", Structs(size_bytes, [](ByteWriter& out, uint64_t) {
        Write(out, {5, 1, 0});
        out.WriteVarString("0.1");
      }));
  add("one long JSON array", [size_bytes] {
    std::string json = "[1";
    while (json.size() < size_bytes) json += ",1";
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 5, 1, 0});
    out.WriteVarString(json + "]");
    out.WriteUint8(0);
    return out.Take();
  }());
  add("one long array in an object out of order", [size_bytes] {
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 8, 1, 0, 1, 118, 2, 1, 'b', 117, size_bytes});
    for (size_t i = 0; i < size_bytes; ++i) out.WriteUint8(126);
    Write(out, {1, '1', 126, 0});
    return out.Take();
  }());
  add("one long list in a document's options", [size_bytes] {
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 9, 1, 0, 1, 'g', 118, 1, 4, 'm', 'e', 't', 'a', 117, size_bytes});
    for (size_t i = 0; i < size_bytes; ++i) out.WriteUint8(126);
    out.WriteUint8(0);
    return out.Take();
  }());
  add("one object with many keys", [size_bytes] {
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 8, 1, 0, 1, 118, size_bytes / 4});
    for (size_t i = 0; i < size_bytes / 4; ++i) {
      out.WriteVarString(Name(i));
      out.WriteUint8(126);
    }
    out.WriteUint8(0);
    return out.Take();
  }());
  add("one object with many equal keys", [size_bytes] {
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 8, 1, 0, 1, 118, size_bytes / 2});
    for (size_t i = 0; i < size_bytes / 2; ++i) Write(out, {0, 126});
    out.WriteUint8(0);
    return out.Take();
  }());
  add("one JSON object with many keys", [size_bytes] {
    std::string json = "{\"0\":1";
    for (size_t i = 1; json.size() < size_bytes; ++i) json += ",\"" + std::to_string(i) + "\":1";
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 5, 1, 0});
    out.WriteVarString(json + "}");
    out.WriteUint8(0);
    return out.Take();
  }());
  add("JSON arrays in a list", [size_bytes] {
    std::string json = "[1";
    while (json.size() < size_bytes) json += ", 1";
    ByteWriter out;
    Write(out, {1, 1, 1, 0, 2, 1, 0, 1});
    out.WriteVarString(json + "]");
    out.WriteUint8(0);
    return out.Take();
  }());
  add("clients with one collected struct", Sections(size_bytes, 0, [](ByteWriter& out, uint64_t) {
        Write(out, {0, 1});
      }));
  add("clients with one item", Sections(size_bytes, 0, [](ByteWriter& out, uint64_t) {
        Write(out, {1, 1, 0, 1});
      }));
  add("clients that wait", Sections(size_bytes, 1, [](ByteWriter& out, uint64_t) {
        Write(out, {0, 1});
      }));
  add("clients that wait for others", Sections(size_bytes, 0, [](ByteWriter& out, uint64_t i) {
        out.WriteUint8(0x81);
        Write(out, {i + 1, 5, 1});
      }));
  add("deletions of unknown clients", Deletes(size_bytes, [](ByteWriter& out, uint64_t) {
        Write(out, {1, 0, 1});
      }));
  add("clients without deletions",
      Deletes(size_bytes, [](ByteWriter& out, uint64_t) { Write(out, {0}); }));
  add("empty ranges", [size_bytes] {
    ByteWriter out;
    Write(out, {0, 1, 2, size_bytes / 2});
    for (size_t i = 0; i < size_bytes / 2; ++i) Write(out, {0, 0});
    return out.Take();
  }());
  add("waiting ranges", [size_bytes] {
    ByteWriter out;
    Write(out, {0, 1, 2, size_bytes / 4});
    for (size_t i = 0; i < size_bytes / 4; ++i) Write(out, {2 * i, 1});
    return out.Take();
  }());
  add("text with every second character deleted", [size_bytes] {
    ByteWriter out;
    const size_t half = size_bytes / 3;
    Write(out, {1, 1, 1, 0, 4, 1, 0});
    out.WriteVarString(std::string(half, 'x'));
    Write(out, {1, 1, half / 2});
    for (size_t i = 0; i < half / 2; ++i) Write(out, {2 * i, 1});
    return out.Take();
  }());
  return updates;
}

}  // namespace ypp
