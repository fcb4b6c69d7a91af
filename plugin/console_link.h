// Links that open a session in the console.
#ifndef YPP_PLUGIN_CONSOLE_LINK_H_
#define YPP_PLUGIN_CONSOLE_LINK_H_

#include <string>
#include <string_view>

namespace ypp::plugin {

// What is secret in a link stands in its fragment, the one part of an address that a browser does
// not send to any server; it must not be put anywhere else. `console_url` is where the page is;
// empty: where the relay serves it.

// With a token of Session::RequestHandoff, which opens the session once.
std::string HandoffLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view handoff_token);
// With the session's own token.
std::string ConsoleLink(std::string_view relay_url, std::string_view console_url,
                        std::string_view document_name, std::string_view token);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_CONSOLE_LINK_H_
