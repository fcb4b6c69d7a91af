#include "transport/http_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace ypp {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

}  // namespace

std::optional<std::string> DecodePercents(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, target.find_first_of("?#"));
}

std::string_view HttpRequest::query() const {
  const size_t begin = target.find('?');
  if (begin == std::string::npos) return {};
  const std::string_view rest = std::string_view(target).substr(begin + 1);
  return rest.substr(0, rest.find('#'));
}

const std::string* HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (SameIgnoringCase(key, name)) return &value;
  }
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> HttpRequest::Parameters() const {
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string_view rest = query();
  while (!rest.empty()) {
    const size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const auto decoded_name = DecodePercents(pair.substr(0, equals), true);
    const auto decoded_value = DecodePercents(value, true);
    if (decoded_name && decoded_value) parameters.emplace_back(*decoded_name, *decoded_value);
  }
  return parameters;
}

std::optional<std::string> HttpRequest::Parameter(std::string_view name) const {
  for (auto& [key, value] : Parameters()) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

}  // namespace ypp
