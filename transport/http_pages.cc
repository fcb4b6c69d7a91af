#include "transport/http_pages.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

constexpr std::string_view kConsolePath = "/console";
constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

std::string_view ContentTypeOf(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", kPlainText},
  };
  for (const auto& [ending, type] : kTypes) {
    if (path.size() >= ending.size() && path.substr(path.size() - ending.size()) == ending) {
      return type;
    }
  }
  return "application/octet-stream";
}

HttpResponse Respond(int status, std::string body, std::string_view content_type) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = {
      {"Content-Type", std::string(content_type)},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      // Everything from here; ws: and wss: because older browsers do not count a socket to one's
      // own origin as 'self', and the console may be pointed to another relay.
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
       "data:; font-src 'self'; connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; "
       "form-action 'none'; frame-ancestors 'none'"},
  };
  return response;
}

HttpResponse NotFound() { return Respond(404, "not found\n", kPlainText); }

}  // namespace

absl::Status HttpPages::LoadConsole(const std::string& directory) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string, std::less<>> files;
  size_t total_bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    if (!it->is_regular_file(error)) continue;
    std::ifstream file(it->path(), std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    total_bytes += content.size();
    if (!file || total_bytes > kMaxConsoleBytes) {
      return absl::FailedPreconditionError(
          absl::StrCat("console directory ", directory, ": ",
                       file ? "more than 64 MiB" : "cannot read " + it->path().string()));
    }
    files[it->path().lexically_relative(directory).generic_string()] = std::move(content);
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("console directory ", directory, ": ", error.message()));
  }
  if (files.count("index.html") == 0) {
    return absl::NotFoundError(
        absl::StrCat("console directory ", directory, ": there is no index.html in it"));
  }
  console_ = std::move(files);
  return absl::OkStatus();
}

HttpResponse HttpPages::Answer(std::string_view method, std::string_view target) const {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  if (method != "GET" && method != "HEAD") {
    HttpResponse response = Respond(405, "only GET\n", kPlainText);
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  HttpResponse response;
  if (path == "/") {
    response = Respond(200,
                       "ypp-relay: a WebSocket here speaks the Hocuspocus protocol. The console is "
                       "at /console.\n",
                       kPlainText);
  } else if (path.substr(0, kConsolePath.size()) == kConsolePath) {
    response = AnswerConsole(path.substr(kConsolePath.size()));
  } else {
    response = NotFound();
  }
  if (method == "HEAD") response.body.clear();
  return response;
}

HttpResponse HttpPages::AnswerConsole(std::string_view path) const {
  if (path.empty()) {
    // So that the page's relative links lead into the directory.
    HttpResponse response = Respond(308, "", kPlainText);
    response.headers.emplace_back("Location", "/console/");
    return response;
  }
  if (path.front() != '/') return NotFound();
  if (console_.empty()) {
    return Respond(404, "This relay was started without a console; see --console-dir.\n",
                   kPlainText);
  }
  path.remove_prefix(1);
  const auto file = console_.find(path.empty() ? std::string_view("index.html") : path);
  if (file == console_.end()) return NotFound();
  HttpResponse response = Respond(200, file->second, ContentTypeOf(file->first));
  // Names carry no version, so a browser has to ask again.
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

}  // namespace ypp::transport
