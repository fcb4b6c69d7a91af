#include "plugin/document_name.h"

#include <gtest/gtest.h>

#include <set>

namespace ypp::plugin {
namespace {

TEST(DocumentName, IsTheHashOfTheTokenAndTheSession) {
  // printf 'abc' | sha256sum
  EXPECT_EQ(*SessionDocumentName("abc", "login-1"),
            "tenant_ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/"
            "pugi-session-login-1");
}

TEST(DocumentName, KeepsTenantsWithTheSameSessionIdApart) {
  EXPECT_NE(*SessionDocumentName("token of one", "demo"),
            *SessionDocumentName("token of another", "demo"));
}

TEST(DocumentName, DoesNotGiveTheTokenAway) {
  EXPECT_EQ(SessionDocumentName("s3cret", "demo")->find("s3cret"), std::string::npos);
}

TEST(DocumentName, RefusesIdsThatWouldNotStayOnePartOfANameOrALink) {
  for (const char* id : {"", "a/b", "a b", "a#b", "a%2fb", "\xC3\xA4", "a\nb"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SessionDocumentName("t", id).status())) << id;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(SessionDocumentName("t", std::string("a\0b", 3)).status()));
  EXPECT_TRUE(SessionDocumentName("t", std::string(kMaxSessionIdBytes, 'x')).ok());
  EXPECT_FALSE(SessionDocumentName("t", std::string(kMaxSessionIdBytes + 1, 'x')).ok());
}

TEST(DocumentName, RefusesAnEmptyToken) {
  EXPECT_TRUE(absl::IsInvalidArgument(SessionDocumentName("", "demo").status()));
}

TEST(RandomSessionId, IsUsableAndDoesNotRepeat) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = RandomSessionId();
    EXPECT_TRUE(SessionDocumentName("t", id).ok()) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000u);
}

}  // namespace
}  // namespace ypp::plugin
