#include "tests/crdt/attacks.h"

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

#include "codec/byte_writer.h"
#include "codec/state_vector.h"
#include "codec/update_algebra.h"

namespace ypp {
namespace {

using codec::AsBytes;
using codec::ByteWriter;
using Outcome = Attack::Outcome;

constexpr uint64_t kTwoTo31 = uint64_t{1} << 31;
constexpr ClientId kAttacker = 666;

void WriteNumbers(ByteWriter& out, std::initializer_list<uint64_t> numbers) {
  for (const uint64_t number : numbers) out.WriteVarUint(number);
}

// The struct `body` of one client, nothing deleted.
std::string OneStruct(ClientId client, uint64_t clock, std::string_view body) {
  ByteWriter out;
  WriteNumbers(out, {1, 1, client, clock});
  out.WriteBytes(AsBytes(body));
  out.WriteVarUint(0);
  return out.Take();
}

// A struct: its info byte, then numbers.
std::string Struct(uint8_t info, std::initializer_list<uint64_t> numbers,
                   std::string_view rest = {}) {
  ByteWriter out;
  out.WriteUint8(info);
  WriteNumbers(out, numbers);
  out.WriteBytes(AsBytes(rest));
  return out.Take();
}

// "x" at the end of the root "t".
const std::string kLetter("\x04\x01\x01t\x01x", 6);

Attack Update(std::string name, std::string bytes, Outcome outcome,
              UpdateFormat format = UpdateFormat::kV1) {
  Attack attack;
  attack.name = std::move(name);
  attack.size_bytes = bytes.size();
  attack.outcome = outcome;
  attack.strike = [bytes = std::move(bytes), format](Doc& doc) {
    return doc.ApplyUpdate(AsBytes(bytes), {}, format);
  };
  return attack;
}

Attack CountInStateVector(uint64_t count) {
  ByteWriter out;
  WriteNumbers(out, {count});
  Attack attack;
  attack.name = "a state vector of " + std::to_string(count) + " clients";
  attack.size_bytes = out.bytes().size();
  attack.strike = [bytes = out.Take()](Doc&) {
    return StateVector::Decode(AsBytes(bytes)).status();
  };
  return attack;
}

Attack CountInDeleteSet() {
  ByteWriter out;
  WriteNumbers(out, {0, 1, 1, kTwoTo31});
  return Update("a delete set of 2^31 ranges", out.Take(), Outcome::kRefused);
}

std::string WithAny(std::string_view any) {
  return OneStruct(kAttacker, 0,
                   Struct(0x08, {1, 1}, "a" + std::string("\x01", 1) + std::string(any)));
}

Attack CountInValue(const char* name, char tag) {
  ByteWriter any;
  any.WriteUint8(static_cast<uint8_t>(tag));
  any.WriteVarUint(kTwoTo31);
  return Update(name, WithAny(any.bytes()), Outcome::kRefused);
}

Attack NestedValue(size_t depth) {
  std::string any;
  for (size_t i = 0; i < depth; ++i) any += "\x75\x01";  // an array of one
  any += "\x7e";
  Attack attack =
      Update("a value nested " + std::to_string(depth) + " deep", WithAny(any), Outcome::kRefused);
  attack.most_peak_bytes = 4096 + 16 * attack.size_bytes;
  return attack;
}

// Arrays in arrays, each held by the one before.
Attack NestedTypes(size_t depth) {
  ByteWriter out;
  WriteNumbers(out, {1, depth, kAttacker, 0});
  out.WriteBytes(AsBytes(Struct(0x07, {1, 1}, std::string("a\x00", 2))));
  for (size_t i = 1; i < depth; ++i) {
    out.WriteBytes(AsBytes(Struct(0x07, {0, kAttacker, i - 1}, std::string("\x00", 1))));
  }
  out.WriteVarUint(0);
  Attack attack =
      Update("shared types nested " + std::to_string(depth) + " deep", out.Take(), Outcome::kTaken);
  attack.strike = [apply = std::move(attack.strike)](Doc& doc) {
    absl::Status status = apply(doc);
    if (!status.ok()) return status;
    (void)doc.GetArray("a").ToJson();
    return doc.GetArray("a").Delete(0, 1);
  };
  attack.most_ms = 30;
  return attack;
}

// The columns say 2^40 structs of a client and bring none (github.com/yjs/yjs/issues/687).
Attack RunLengthBomb() {
  ByteWriter out;
  out.WriteVarUint(0);  // feature flag
  const auto column = [&out](std::string_view bytes) {
    out.WriteVarUint(bytes.size());
    out.WriteBytes(AsBytes(bytes));
  };
  const std::string none;
  column(none);                                            // key clocks
  column(std::string("\x01", 1));                          // clients
  column(none);                                            // left clocks
  column(none);                                            // right clocks
  column(std::string("\x00", 1));                          // infos: GC for ever
  column(std::string("\x01\x00", 2));                      // strings
  column(none);                                            // parent infos
  column(none);                                            // type refs
  column(std::string("\x41\xfe\xff\xff\xff\xff\x1f", 7));  // lengths: 1, again and again
  WriteNumbers(out, {1, uint64_t{1} << 40, 0, 0});
  return Update("V2: 2^40 structs in a few bytes", out.Take(), Outcome::kRefused,
                UpdateFormat::kV2);
}

Attack SilencedClient(const Doc& victim) {
  Attack attack =
      Update("all clocks of another client are gone",
             OneStruct(victim.client_id(), 0, Struct(0x00, {kTwoTo31})), Outcome::kTaken);
  return attack;
}

std::string GapUpdate(uint64_t gaps) {
  ByteWriter out;
  WriteNumbers(out, {1, 2 * gaps, kAttacker, 1});
  for (uint64_t i = 0; i < gaps; ++i) {
    out.WriteBytes(AsBytes(kLetter));
    out.WriteBytes(AsBytes(Struct(0x0a, {1})));  // a hole
  }
  out.WriteVarUint(0);
  return out.Take();
}

Attack LetterBehindManyGaps() {
  constexpr uint64_t kGaps = 80'000;
  Attack attack = Update("a letter for a document with 80,000 waiting structs",
                         OneStruct(kAttacker, 10 * kGaps, kLetter), Outcome::kWaits);
  attack.before = {GapUpdate(kGaps)};
  attack.most_ms = 0.05;
  return attack;
}

Attack LetterBehindManyDeletes() {
  ByteWriter out;
  WriteNumbers(out, {0, 1, kAttacker, 100'000});
  for (uint64_t i = 0; i < 100'000; ++i) WriteNumbers(out, {2 * i + 1, 1});
  Attack attack = Update("a letter for a document with 100,000 waiting deletions",
                         OneStruct(kAttacker + 1, 0, kLetter), Outcome::kTaken);
  attack.before = {out.Take()};
  attack.most_ms = 0.05;
  return attack;
}

// Everybody inserts at the same place.
Attack SamePlace(uint64_t clients) {
  ByteWriter out;
  out.WriteVarUint(clients);
  for (uint64_t i = clients; i-- > 0;) {
    WriteNumbers(out, {1, kAttacker + i, 0});
    out.WriteBytes(AsBytes(kLetter));
  }
  out.WriteVarUint(0);
  Attack attack =
      Update(std::to_string(clients) + " clients insert at one place", out.Take(), Outcome::kTaken);
  attack.most_ms = 20;
  return attack;
}

Attack MergeOfManyClients(uint64_t clients) {
  auto updates = std::make_shared<std::vector<std::string>>();
  Attack attack;
  for (uint64_t i = 0; i < clients; ++i) {
    updates->push_back(OneStruct(kAttacker + i, 0, kLetter));
    attack.size_bytes += updates->back().size();
  }
  attack.name = "merging updates of " + std::to_string(clients) + " clients";
  attack.outcome = Outcome::kTaken;
  attack.most_ms = 30;
  attack.strike = [updates](Doc&) {
    const std::vector<codec::Bytes> views = [&] {
      std::vector<codec::Bytes> all;
      for (const std::string& update : *updates) all.push_back(AsBytes(update));
      return all;
    }();
    return MergeUpdates(views, UpdateFormat::kV1).status();
  };
  return attack;
}

std::string GoodThenBad() {
  ByteWriter out;
  WriteNumbers(out, {1, 2, kAttacker, 0});
  out.WriteBytes(AsBytes(kLetter));
  out.WriteBytes(AsBytes(Struct(0x84, {kAttacker, 0}, "\x05x")));  // five bytes of text, one there
  return out.Take();
}

// Cut after each of its bytes, one after the other: none may leave anything behind.
Attack Truncations() {
  Doc author(DocOptions{kAttacker});
  author.Transact([&] {
    (void)author.GetText("t").Insert(0, "some text", {{"bold", true}});
    (void)author.GetMap("m").Set("k", "v");
  });
  (void)author.GetText("t").Delete(2, 3);
  Attack attack;
  const std::string update = author.EncodeUpdate();
  attack.name = "an update cut after each of its " + std::to_string(update.size()) + " bytes";
  attack.size_bytes = update.size() * (update.size() - 1) / 2;
  attack.strike = [update](Doc& doc) {
    absl::Status status;
    for (size_t size = 0; size < update.size(); ++size) {
      status = doc.ApplyUpdate(std::string_view(update).substr(0, size));
      if (status.ok()) break;
    }
    return status;
  };
  return attack;
}

}  // namespace

std::vector<Attack> Attacks() {
  const Doc victim(DocOptions{1});
  std::vector<Attack> attacks;
  attacks.push_back(CountInStateVector(kTwoTo31));
  attacks.push_back(CountInStateVector((uint64_t{1} << 53) - 1));
  attacks.push_back(CountInDeleteSet());
  attacks.push_back(CountInValue("a value of 2^31 elements", '\x75'));
  attacks.push_back(CountInValue("a value of 2^31 members", '\x76'));
  attacks.push_back(NestedValue(100'000));
  attacks.push_back(NestedValue(2'000'000));
  attacks.push_back(NestedTypes(10'000));
  attacks.push_back(RunLengthBomb());
  attacks.push_back(SilencedClient(victim));
  attacks.push_back(Update("a struct of 2^53 - 1 clocks",
                           OneStruct(kAttacker, 0, Struct(0x00, {(uint64_t{1} << 53) - 1})),
                           Outcome::kRefused));
  attacks.push_back(Update("a struct at clock 2^53 - 1",
                           OneStruct(kAttacker, (uint64_t{1} << 53) - 1, kLetter),
                           Outcome::kWaits));
  attacks.push_back(Update("a gap of four billion clocks",
                           OneStruct(kAttacker, 4'000'000'000, kLetter), Outcome::kWaits));
  ByteWriter past_end;
  WriteNumbers(past_end, {0, 1, kAttacker, 1, kMaxClock, 2});
  attacks.push_back(Update("a deletion past the last clock", past_end.Take(), Outcome::kRefused));
  attacks.push_back(
      Update("a struct of no clocks", OneStruct(kAttacker, 0, Struct(0x00, {0})), Outcome::kTaken));
  attacks.push_back(Update("a text of no characters",
                           OneStruct(kAttacker, 0, Struct(0x04, {1, 1}, std::string("t\0", 2))),
                           Outcome::kTaken));
  attacks.push_back(Update("an item left of which is itself",
                           OneStruct(kAttacker, 0, Struct(0x84, {kAttacker, 0}, "\x01x")),
                           Outcome::kRefused));
  attacks.push_back(
      Update("a type inside itself",
             OneStruct(kAttacker, 0, Struct(0x07, {0, kAttacker, 0}, std::string("\x00", 1))),
             Outcome::kRefused));
  attacks.push_back(LetterBehindManyGaps());
  attacks.push_back(LetterBehindManyDeletes());
  attacks.push_back(SamePlace(4'000));
  attacks.push_back(MergeOfManyClients(10'000));
  attacks.push_back(Update("a good struct before a bad one", GoodThenBad(), Outcome::kRefused));
  attacks.push_back(Truncations());
  return attacks;
}

}  // namespace ypp
