#include "plugin/payload_filter.h"

#include <algorithm>
#include <utility>

#include "codec/json.h"
#include "plugin/text_limit.h"
#include "transport/token_authenticator.h"

namespace ypp::plugin {
namespace {

class Filter {
 public:
  FilteredValue Run(const Any& value) {
    FilteredValue result;
    result.value = Visit(value);
    result.truncated = truncated_;
    return result;
  }

 private:
  Any Visit(const Any& value) {
    if (const std::string* string = value.if_string()) return Cut(*string);
    if (const Any::ByteString* bytes = value.if_bytes()) return CutBytes(*bytes);
    if (const Any::Array* array = value.if_array()) {
      Any::Array kept;
      for (const Any& element : *array) {
        if (!Take(1)) break;
        kept.push_back(Visit(element));
      }
      return kept;
    }
    if (const Any::Object* object = value.if_object()) {
      Any::Object kept;
      for (const auto& [name, member] : *object) {
        if (!Take(name.size() + 1)) break;
        kept.emplace_back(name, IsSecretName(name) ? Any("[redacted]") : Visit(member));
      }
      return kept;
    }
    return value;
  }

  Any Cut(const std::string& string) {
    const std::string_view cut =
        Utf8Prefix(string, std::min(kMaxArgumentStringBytes, kMaxArgumentsBytes - used_));
    used_ += cut.size();
    if (cut.size() == string.size()) return string;
    truncated_ = true;
    return std::string(cut) + "…";
  }

  // Half of a picture is of no use.
  Any CutBytes(const Any::ByteString& bytes) {
    if (bytes.bytes.size() <= kMaxArgumentStringBytes && Take(bytes.bytes.size())) return bytes;
    truncated_ = true;
    return nullptr;
  }

  bool Take(size_t size_bytes) {
    if (size_bytes > kMaxArgumentsBytes - used_) {
      truncated_ = true;
      return false;
    }
    used_ += size_bytes;
    return true;
  }

  size_t used_ = 0;
  bool truncated_ = false;
};

Any WithSortedMembers(const Any& value) {
  if (const Any::Array* array = value.if_array()) {
    Any::Array sorted;
    for (const Any& element : *array) sorted.push_back(WithSortedMembers(element));
    return sorted;
  }
  if (const Any::Object* object = value.if_object()) {
    Any::Object sorted;
    for (const auto& [name, member] : *object) sorted.emplace_back(name, WithSortedMembers(member));
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return sorted;
  }
  return value;
}

}  // namespace

FilteredValue FilterPayload(const Any& value) { return Filter().Run(value); }

bool IsSecretName(std::string_view name) {
  static constexpr std::string_view kSecretNames[] = {
      "authorization",   "proxyauthorization",
      "apikey",          "xapikey",
      "accesskey",       "accesstoken",
      "refreshtoken",    "authtoken",
      "bearertoken",     "token",
      "password",        "passwd",
      "passphrase",      "secret",
      "clientsecret",    "secretkey",
      "secretaccesskey", "privatekey",
      "cookie",          "setcookie",
      "credentials",
  };
  std::string plain;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c != '-' && c != '_' && c != ' ') plain.push_back(c);
  }
  return std::find(std::begin(kSecretNames), std::end(kSecretNames), plain) !=
         std::end(kSecretNames);
}

std::string JobContentHash(std::string_view tool, const Any& args) {
  std::string text(tool);
  text += '\n';
  text += codec::ToJson(WithSortedMembers(args));
  return transport::Sha256Hex(text);
}

}  // namespace ypp::plugin
