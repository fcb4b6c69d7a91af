// ypp: looks into update files and works on them. Exit status 0 for success, 1 for bad input (one
// line on stderr says what), 2 for wrong usage.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "codec/json.h"
#include "codec/obfuscate.h"
#include "codec/state_vector.h"
#include "codec/update_algebra.h"
#include "codec/update_dump.h"
#include "crdt/doc.h"
#include "crdt/tool_files.h"
#include "crdt/tool_info.h"
#include "crdt/tool_show.h"

namespace ypp::tool {
namespace {

constexpr int kExitBadInput = 1;
constexpr int kExitUsage = 2;

struct Options {
  bool v2 = false;
  bool json = false;
  std::string output = "-";
  std::string file;                // of commands that take one
  std::vector<std::string> files;  // of commands that take many
  std::string known;
  std::vector<std::string> roots;
  ObfuscateOptions obfuscate;

  UpdateFormat format() const { return v2 ? UpdateFormat::kV2 : UpdateFormat::kV1; }
};

// Puts the file's name before what went wrong with it.
absl::Status About(const std::string& file, const absl::Status& status) {
  return absl::Status(status.code(), file + ": " + std::string(status.message()));
}

absl::Status Write(const Options& options, std::string_view bytes) {
  absl::Status status = WriteOutput(options.output, bytes);
  return status.ok() ? status : About(options.output, status);
}

absl::Status WriteJson(const Options& options, const Any& value) {
  return Write(options, PrettyJson(value) + "\n");
}

absl::Status RunInfo(const Options& options) {
  const std::string& file = options.file;
  absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
  if (!update.ok()) return About(file, update.status());
  absl::StatusOr<Any> info = UpdateInfo(*update, options.format());
  if (!info.ok()) return About(file, info.status());
  return WriteJson(options, *info);
}

absl::Status RunMerge(const Options& options) {
  std::vector<std::string> updates;
  for (const std::string& file : options.files) {
    absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
    if (!update.ok()) return About(file, update.status());
    // One by one first, so that the error names the file; a single update would come back unread.
    absl::StatusOr<UpdateMeta> meta =
        ParseUpdateMeta(codec::AsBytes(*update), options.format(), DecodeLimits::TrustedStorage());
    if (!meta.ok()) return About(file, meta.status());
    updates.push_back(*std::move(update));
  }
  std::vector<codec::Bytes> parts;
  for (const std::string& update : updates) parts.push_back(codec::AsBytes(update));
  absl::StatusOr<std::string> merged =
      MergeUpdates(parts, options.format(), DecodeLimits::TrustedStorage());
  if (!merged.ok()) return merged.status();
  return Write(options, *merged);
}

absl::Status RunDiff(const Options& options) {
  const std::string& file = options.file;
  absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
  if (!update.ok()) return About(file, update.status());
  absl::StatusOr<std::string> encoded = ReadInput(options.known);
  if (!encoded.ok()) return About(options.known, encoded.status());
  absl::StatusOr<StateVector> known = StateVector::Decode(codec::AsBytes(*encoded));
  if (!known.ok()) return About(options.known, known.status());
  absl::StatusOr<std::string> diff =
      DiffUpdate(codec::AsBytes(*update), *known, options.format(), DecodeLimits::TrustedStorage());
  if (!diff.ok()) return About(file, diff.status());
  return Write(options, *diff);
}

absl::Status RunConvert(const Options& options) {
  const std::string& file = options.file;
  absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
  if (!update.ok()) return About(file, update.status());
  const UpdateFormat to = options.v2 ? UpdateFormat::kV1 : UpdateFormat::kV2;
  absl::StatusOr<std::string> converted =
      ConvertUpdate(codec::AsBytes(*update), options.format(), to, DecodeLimits::TrustedStorage());
  if (!converted.ok()) return About(file, converted.status());
  return Write(options, *converted);
}

absl::Status RunStateVector(const Options& options) {
  const std::string& file = options.file;
  absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
  if (!update.ok()) return About(file, update.status());
  absl::StatusOr<StateVector> vector = StateVectorFromUpdate(
      codec::AsBytes(*update), options.format(), DecodeLimits::TrustedStorage());
  if (!vector.ok()) return About(file, vector.status());
  if (!options.json) return Write(options, vector->Encode());
  Any::Array entries;
  for (const auto& [client, clock] : vector->entries()) {
    entries.push_back(Any::Object{{"client", client}, {"clock", clock}});
  }
  return WriteJson(options, entries);
}

absl::Status RunDump(const Options& options) {
  const std::string& file = options.file;
  absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
  if (!update.ok()) return About(file, update.status());
  std::string text;
  const absl::Status status =
      DumpUpdate(codec::AsBytes(*update), options.format(), &text, DecodeLimits::TrustedStorage());
  // What could be read of a damaged update is shown all the same.
  if (absl::Status written = Write(options, text); !written.ok()) return written;
  return status.ok() ? status : About(file, status);
}

absl::Status RunObfuscate(const Options& options) {
  const std::string& file = options.file;
  absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
  if (!update.ok()) return About(file, update.status());
  absl::StatusOr<std::string> obfuscated = ObfuscateUpdate(
      codec::AsBytes(*update), options.format(), options.obfuscate, DecodeLimits::TrustedStorage());
  if (!obfuscated.ok()) return About(file, obfuscated.status());
  return Write(options, *obfuscated);
}

absl::Status RunShow(const Options& options) {
  DocOptions from_files;
  from_files.decode_limits = DecodeLimits::TrustedStorage();
  Doc doc(from_files);
  for (const std::string& file : options.files) {
    absl::StatusOr<std::string> update = ReadUpdate(file, options.format());
    if (!update.ok()) return About(file, update.status());
    absl::Status status = doc.ApplyUpdate(*update, {}, options.format());
    if (!status.ok()) return About(file, status);
  }
  if (!doc.GetPending().empty()) {
    std::cerr << "ypp: some changes are not shown, they wait for others that are missing; ypp info "
                 "says which\n";
  }
  Any::Object content;
  for (const std::string& argument : options.roots) {
    const RootArgument root = SplitRoot(argument);
    content.emplace_back(root.name, ShowRoot(doc, root));
  }
  return WriteJson(options, content);
}

void AddCommon(CLI::App* command, Options* options) {
  command->add_flag("--v2", options->v2, "The updates are in format V2; without it, V1");
  command->add_option("-o,--output", options->output, "Write here instead of to standard output")
      ->type_name("FILE");
}

void AddFile(CLI::App* command, Options* options, const char* description) {
  command->add_option("file", options->file, description)->required()->type_name("FILE");
}

int Main(int argc, char** argv) {
  Options options;
  std::function<absl::Status(const Options&)> run;
  CLI::App app("Looks into Yjs update files and works on them. FILE may be - for standard input.",
               "ypp");
  app.require_subcommand(1);
  app.set_version_flag("--version", "ypp " YPP_VERSION);
  const auto add = [&](const char* name, const char* description,
                       absl::Status (*function)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, description);
    command->callback([&run, function] { run = function; });
    AddCommon(command, &options);
    return command;
  };

  AddFile(
      add("info", "JSON: who wrote what, how much, what is deleted and what is missing", RunInfo),
      &options, "The update");
  CLI::App* merge = add("merge", "One update that stands for all", RunMerge);
  merge->add_option("files", options.files, "The updates")->required()->type_name("FILE");
  CLI::App* diff = add("diff", "What an update holds beyond a state vector", RunDiff);
  AddFile(diff, &options, "The update");
  diff->add_option("vector", options.known, "The state vector, as `ypp state-vector` writes it")
      ->required()
      ->type_name("FILE");
  AddFile(add("convert", "From V1 to V2, with --v2 from V2 to V1", RunConvert), &options,
          "The update");
  CLI::App* vector = add("state-vector", "The state vector of an update", RunStateVector);
  AddFile(vector, &options, "The update");
  vector->add_flag("--json", options.json, "As JSON instead of encoded");
  AddFile(add("dump", "JSON: every struct on a line of its own, then what is deleted", RunDump),
          &options, "The update");
  CLI::App* obfuscate =
      add("obfuscate", "The update without its content: to show it to others", RunObfuscate);
  AddFile(obfuscate, &options, "The update");
  obfuscate->add_flag("!--keep-formats", options.obfuscate.formatting,
                      "Leave the keys and values of text formats");
  obfuscate->add_flag("!--keep-subdocuments", options.obfuscate.subdocs,
                      "Leave the names and options of sub-documents");
  obfuscate->add_flag("!--keep-xml-names", options.obfuscate.yxml,
                      "Leave the names of XML elements");
  CLI::App* show = add("show", "JSON of the document that the updates make", RunShow);
  show->add_option(
          "--root", options.roots,
          "A root and its type: text, delta (a text with its formats), array, map, xmlfragment, "
          "xmlelement or xmltext; repeatable")
      ->required()
      ->type_name("NAME:TYPE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CheckRoot);
  show->add_option("files", options.files, "The updates, applied in this order")
      ->required()
      ->type_name("FILE");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  const absl::Status status = run(options);
  if (status.ok()) return 0;
  std::cerr << "ypp: " << status.message() << '\n';
  return kExitBadInput;
}

}  // namespace
}  // namespace ypp::tool

int main(int argc, char** argv) { return ypp::tool::Main(argc, argv); }
