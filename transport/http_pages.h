// What the relay's port answers to browsers: a welcome, and the console.
//
//   GET /          a line of text, as Hocuspocus has it
//   GET /console   the console's index.html; /console/<file> its other files
//
// The console's files are read once at the start and served from memory: a request can name only
// what is in that list, so no path leads out of the directory.
#ifndef YPP_TRANSPORT_HTTP_PAGES_H_
#define YPP_TRANSPORT_HTTP_PAGES_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "transport/http_message.h"

namespace ypp::transport {

class HttpPages {
 public:
  // Larger directories are refused: the console is a page, some scripts and pictures.
  static constexpr size_t kMaxConsoleBytes = 64u << 20;

  // NotFound when there is no index.html in it.
  absl::Status LoadConsole(const std::string& directory);
  bool has_console() const { return !console_.empty(); }

  // `target` as it stands in the request line, with its query.
  HttpResponse Answer(std::string_view method, std::string_view target) const;

 private:
  HttpResponse AnswerConsole(std::string_view path) const;

  std::map<std::string, std::string, std::less<>> console_;  // content by path below /console/
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HTTP_PAGES_H_
