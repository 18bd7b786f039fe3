#include "server/http/redaction.hpp"

#include <gtest/gtest.h>

namespace bot::http {
namespace {

TEST(Redaction, HidesSecretsAndNothingElse) {
  struct Case {
    std::string target, shown;
  };
  for (const auto& [target, shown] :
       {Case{"/bots/internal/callback/s3cr3t/exited", "/bots/internal/callback/***/exited"},
        Case{"/bots/internal/callback/s3cr3t", "/bots/internal/callback/***"},
        Case{"/bots/internal/callback/s3cr3t/nonsense/x?y=1",
             "/bots/internal/callback/***/nonsense/x?y=1"},
        Case{"/b%6Fts/INTERNAL/callback/s3cr3t/exited", "/b%6Fts/INTERNAL/callback/***/exited"},
        Case{"//bots//internal/callback//s3cr3t/exited", "//bots//internal/callback//***/exited"},
        Case{"http://h/bots/internal/callback/s3cr3t/x", "http://h/bots/internal/callback/***/x"},
        Case{"/bots/bots/internal/callback/s3cr3t", "/bots/bots/internal/callback/***"},
        Case{"/bots/internal/callback/a/bots/internal/callback/s3cr3t",
             "/bots/internal/callback/***/bots/internal/callback/***"},
        Case{"/ws?api_key=abc", "/ws?api_key=***"},
        Case{"/ws?a=1&API_KEY=abc&b=2", "/ws?a=1&API_KEY=***&b=2"},
        Case{"/ws?api%5Fkey=abc", "/ws?api%5Fkey=***"},
        Case{"/x?token=a&secret=b&key", "/x?token=***&secret=***&key"},
        Case{"/bots/google_meet/abc/config?x=%zz", "/bots/google_meet/abc/config?x=%zz"},
        Case{"/", "/"},
        Case{"", ""}}) {
    EXPECT_EQ(redact_target(target), shown);
  }
}

}  // namespace
}  // namespace bot::http
