#include "crdt/tool_show.h"

#include <utility>

#include "crdt/xml.h"

namespace ypp::tool {

namespace {

struct RootType {
  const char* name;
  Any (*show)(Doc& doc, const std::string& root);
};

Any ShowDelta(Doc& doc, const std::string& root) {
  Any::Array steps;
  for (const TextStep& step : doc.GetText(root).ToDelta()) {
    Any::Object shown = {{"insert", step.insert.ToAny()}};
    if (!step.attributes.empty()) shown.emplace_back("attributes", step.attributes);
    steps.push_back(std::move(shown));
  }
  return steps;
}

constexpr RootType kRootTypes[] = {
    {"text", [](Doc& doc, const std::string& root) { return Any(doc.GetText(root).ToString()); }},
    {"delta", ShowDelta},
    {"array", [](Doc& doc, const std::string& root) { return doc.GetArray(root).ToJson(); }},
    {"map", [](Doc& doc, const std::string& root) { return doc.GetMap(root).ToJson(); }},
    {"xmlfragment",
     [](Doc& doc, const std::string& root) { return doc.GetXmlFragment(root).ToJson(); }},
    {"xmlelement",
     [](Doc& doc, const std::string& root) { return doc.GetXmlElement(root).ToJson(); }},
    {"xmltext",
     [](Doc& doc, const std::string& root) { return Any(doc.GetXmlText(root).ToString()); }},
};

}  // namespace

RootArgument SplitRoot(const std::string& argument) {
  const size_t colon = argument.rfind(':');
  return {argument.substr(0, colon), argument.substr(colon + 1)};
}

std::string CheckRoot(const std::string& argument) {
  if (argument.find(':') == std::string::npos) return "want NAME:TYPE, got " + argument;
  const std::string type = SplitRoot(argument).type;
  std::string known;
  for (const RootType& root_type : kRootTypes) {
    if (type == root_type.name) return {};
    known.append(known.empty() ? "" : ", ").append(root_type.name);
  }
  return "unknown type " + type + "; there are " + known;
}

Any ShowRoot(Doc& doc, const RootArgument& root) {
  for (const RootType& root_type : kRootTypes) {
    if (root.type == root_type.name) return root_type.show(doc, root.name);
  }
  return Any();
}

}  // namespace ypp::tool
