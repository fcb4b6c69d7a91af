#include "transport/http_pages.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ypp::transport {
namespace {

class HttpPagesTest : public testing::Test {
 protected:
  HttpPagesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "ypp-http-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::filesystem::create_directories(folder_ + "/console/assets");
    std::ofstream(folder_ + "/secret") << "secret";
    std::ofstream(folder_ + "/console/index.html") << "<html>";
    std::ofstream(folder_ + "/console/assets/app.js") << "run()";
  }
  ~HttpPagesTest() override { std::filesystem::remove_all(folder_); }

  static std::string Header(const HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  std::string folder_;
  HttpPages pages_;
};

TEST_F(HttpPagesTest, WelcomesAndTellsItsHealth) {
  EXPECT_EQ(pages_.Answer("GET", "/").status, 200);
  EXPECT_EQ(pages_.Answer("GET", "/").status, 200);
  EXPECT_EQ(pages_.Answer("HEAD", "/").body, "");
  EXPECT_EQ(pages_.Answer("POST", "/").status, 405);
  EXPECT_EQ(pages_.Answer("GET", "/other").status, 404);
}

TEST_F(HttpPagesTest, ServesTheConsoleWithItsTypesAndSecurityHeaders) {
  ASSERT_TRUE(pages_.LoadConsole(folder_ + "/console").ok());
  EXPECT_EQ(Header(pages_.Answer("GET", "/console"), "Location"), "/console/");
  const HttpResponse page = pages_.Answer("GET", "/console/?session=1#x");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<html>");
  EXPECT_EQ(Header(page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(Header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_NE(Header(page, "Content-Security-Policy").find("connect-src 'self' ws:"),
            std::string::npos);
  const HttpResponse script = pages_.Answer("GET", "/console/assets/app.js");
  EXPECT_EQ(script.body, "run()");
  EXPECT_EQ(Header(script, "Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(HttpPagesTest, NoPathLeadsOutOfTheDirectory) {
  ASSERT_TRUE(pages_.LoadConsole(folder_ + "/console").ok());
  for (const char* target : {"/console/../secret", "/console/..%2fsecret", "/console//secret",
                             "/console/assets/../../secret", "/console/./index.html", "/consoleX",
                             "/console/assets", "/console/assets/", "*", ""}) {
    EXPECT_EQ(pages_.Answer("GET", target).status, 404) << target;
  }
}

TEST_F(HttpPagesTest, SaysWhyThereIsNoConsole) {
  EXPECT_EQ(pages_.Answer("GET", "/console/").status, 404);
  EXPECT_FALSE(pages_.LoadConsole(folder_ + "/none").ok());
  EXPECT_FALSE(pages_.LoadConsole(folder_).ok());
}

}  // namespace
}  // namespace ypp::transport
