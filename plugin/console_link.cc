#include "plugin/console_link.h"

namespace ypp::plugin {
namespace {

std::string PercentEncoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    if (plain) {
      encoded.push_back(static_cast<char>(c));
    } else {
      encoded.append({'%', kDigits[c >> 4], kDigits[c & 15]});
    }
  }
  return encoded;
}

// Where the relay serves it unless it is elsewhere.
std::string ConsoleAddress(std::string_view relay_url, std::string_view console_url) {
  if (!console_url.empty()) return std::string(console_url);
  const bool secure = relay_url.substr(0, 6) == "wss://";
  std::string_view host = relay_url.substr(secure ? 6 : 5);
  host = host.substr(0, host.find('/'));
  return std::string(secure ? "https://" : "http://") + std::string(host) + "/console/";
}

}  // namespace

std::string HandoffLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view handoff_token) {
  std::string link = ConsoleAddress(relay_url, console_url);
  link += "#handoff=" + PercentEncoded(handoff_token);
  if (!console_url.empty()) link += "&relay=" + PercentEncoded(relay_url);
  return link;
}

std::string ConsoleLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view document_name, std::string_view token) {
  std::string link = ConsoleAddress(relay_url, console_url);
  link += "#doc=" + PercentEncoded(document_name) + "&token=" + PercentEncoded(token);
  if (!console_url.empty()) link += "&relay=" + PercentEncoded(relay_url);
  return link;
}

}  // namespace ypp::plugin
