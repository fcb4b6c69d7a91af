#include "transport/token_authenticator.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "codec/any.h"
#include "codec/json.h"
#include "transport/digest.h"

namespace ypp::transport {
namespace {

// A token is named by its place in the file.
absl::Status BadEntry(size_t index, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat("entry ", index + 1, ": ", why));
}

std::string TenantPrefix(const std::string& token_hash) {
  return absl::StrCat("tenant_", token_hash, "/");
}

absl::Status ReadPatterns(const Any& value, std::vector<std::string>* patterns) {
  if (value.if_array() == nullptr) {
    return absl::InvalidArgumentError("\"documents\" must be a list of name patterns");
  }
  for (const Any& pattern : *value.if_array()) {
    if (pattern.if_string() == nullptr || pattern.if_string()->empty()) {
      return absl::InvalidArgumentError("\"documents\" must hold names or patterns with *");
    }
    patterns->push_back(*pattern.if_string());
  }
  return absl::OkStatus();
}

}  // namespace

std::string Sha256Hex(std::string_view text) { return absl::BytesToHexString(Sha256(text)); }

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  // Where to go on when what follows the last star does not fit: let the star take one more
  // character.
  size_t after_star = std::string_view::npos;
  size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

absl::StatusOr<std::unique_ptr<TokenAuthenticator>> TokenAuthenticator::Parse(
    std::string_view json) {
  const absl::StatusOr<Any> parsed = codec::ParseJson(json);
  if (!parsed.ok())
    return absl::InvalidArgumentError(absl::StrCat("not JSON: ", parsed.status().message()));
  const Any::Object* tokens = parsed->if_object();
  if (tokens == nullptr) {
    return absl::InvalidArgumentError(
        "must be a JSON object: token -> {\"tier\", \"readOnly\", \"documents\"}");
  }
  auto authenticator = std::make_unique<TokenAuthenticator>();
  for (size_t i = 0; i < tokens->size(); ++i) {
    const auto& [token, entry] = (*tokens)[i];
    if (token.empty()) return BadEntry(i, "the token is empty");
    const Any::Object* fields = entry.if_object();
    if (fields == nullptr) return BadEntry(i, "must be an object");
    const std::string hash = Sha256Hex(token);
    Rights rights;
    bool has_documents = false;
    for (const auto& [name, value] : *fields) {
      if (name == "tier") {
        if (value.if_string() == nullptr) return BadEntry(i, "\"tier\" must be a text");
        rights.grant.tier = *value.if_string();
      } else if (name == "user") {
        if (value.if_string() == nullptr) return BadEntry(i, "\"user\" must be a text");
        rights.grant.user = *value.if_string();
      } else if (name == "tenant") {
        if (value.if_string() == nullptr || value.if_string()->empty()) {
          return BadEntry(i, "\"tenant\" must be a text");
        }
        rights.grant.tenant = *value.if_string();
      } else if (name == "expiresAt") {
        if (value.if_number() == nullptr || !(*value.if_number() > 0)) {
          return BadEntry(i, "\"expiresAt\" must be a time in milliseconds since 1970");
        }
        rights.grant.expires_at_ms = static_cast<int64_t>(std::min(*value.if_number(), 0x1p53));
      } else if (name == "readOnly") {
        if (value.if_bool() == nullptr) return BadEntry(i, "\"readOnly\" must be true or false");
        rights.grant.read_only = *value.if_bool();
      } else if (name == "documents") {
        const absl::Status status = ReadPatterns(value, &rights.documents);
        if (!status.ok()) return BadEntry(i, std::string(status.message()));
        has_documents = true;
      } else {
        // A misspelt "readOnly" must not silently give the right to write.
        return BadEntry(i, absl::StrCat("unknown field \"", name, "\""));
      }
    }
    // A hash has no star in it; of a tenant the gate compares the name.
    const std::string& tenant = rights.grant.tenant.empty() ? hash : rights.grant.tenant;
    if (!has_documents) rights.documents.push_back(TenantPrefix(tenant) + "*");
    authenticator->rights_[hash] = std::move(rights);
  }
  return authenticator;
}

absl::StatusOr<std::unique_ptr<TokenAuthenticator>> TokenAuthenticator::ReadFile(
    const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::NotFoundError(absl::StrCat("cannot read the tokens file ", path));
  }
  absl::StatusOr<std::unique_ptr<TokenAuthenticator>> authenticator = Parse(text.str());
  if (!authenticator.ok()) {
    return absl::Status(authenticator.status().code(),
                        absl::StrCat("tokens file ", path, ": ", authenticator.status().message()));
  }
  return authenticator;
}

void TokenAuthenticator::Authenticate(AuthRequest request, Done done) {
  const auto rights = rights_.find(Sha256Hex(request.token));
  const bool granted = rights != rights_.end() &&
                       std::any_of(rights->second.documents.begin(), rights->second.documents.end(),
                                   [&request](const std::string& pattern) {
                                     return MatchesPattern(pattern, request.document);
                                   });
  // One reason for all, so that nobody learns which tokens or documents there are.
  if (granted) {
    done(rights->second.grant);
  } else {
    done(absl::PermissionDeniedError(std::string(kReasonPermissionDenied)));
  }
}

}  // namespace ypp::transport
