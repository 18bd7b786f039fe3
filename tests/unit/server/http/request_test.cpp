#include "server/http/request.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace bot::http {
namespace {

Request with_target(std::string_view target) {
  Request request;
  set_target(request, target);
  return request;
}

TEST(Request, FindsHeadersWhateverTheirCase) {
  Request request;
  request.headers = {{"X-Api-KEY", "first"}, {"x-api-key", "second"}};

  EXPECT_EQ(request.header("X-API-Key"), "first");
  EXPECT_EQ(request.header("Absent"), "");
}

TEST(Request, SplitsTheTarget) {
  struct Case {
    std::string target, path, query;
  };
  for (const auto& [target, path, query] : {Case{"/a/b?x=1&y=2", "/a/b", "x=1&y=2"},
                                            Case{"/a", "/a", ""},
                                            Case{"/a?", "/a", ""},
                                            Case{"/a?b?c", "/a", "b?c"},
                                            Case{"http://host:80/a?x", "/a", "x"},
                                            Case{"http://host", "/", ""},
                                            Case{"http://host?x=1", "/", "x=1"},
                                            Case{"*", "*", ""}}) {
    const auto request = with_target(target);

    EXPECT_EQ(request.target, target);
    EXPECT_EQ(request.path, path) << target;
    EXPECT_EQ(request.query, query) << target;
  }
}

TEST(Request, DecodesQueryValues) {
  const auto request = with_target("/?name=a+b%20c&x=1&x=2&empty=&bare&%6Bey=v&odd=%zz");

  EXPECT_EQ(request.query_value("name"), "a b c");
  EXPECT_EQ(request.query_value("x"), "2");
  EXPECT_EQ(request.query_value("empty"), "");
  EXPECT_EQ(request.query_value("bare"), "");
  EXPECT_EQ(request.query_value("key"), "v");
  EXPECT_EQ(request.query_value("odd"), "%zz");
  EXPECT_EQ(request.query_value("absent"), std::nullopt);
}

TEST(Request, AskingForAParameterTheRouteLacksIsABug) {
  Request request;
  request.params = {{"id", "5"}};

  EXPECT_EQ(request.param("id"), "5");
  EXPECT_THROW(static_cast<void>(request.param("other")), std::logic_error);
}

TEST(Request, KeepsTheClientsIdOnlyWhenItIsFitForLogs) {
  EXPECT_EQ(choose_request_id("Abc-1.2_3"), "Abc-1.2_3");
  EXPECT_EQ(choose_request_id(std::string(128, 'a')), std::string(128, 'a'));
  for (const auto& unfit : {std::string{},
                            std::string(129, 'a'),
                            std::string("a b"),
                            std::string("a\nb"),
                            std::string("é"),
                            std::string("a\0b", 3)}) {
    const auto chosen = choose_request_id(unfit);
    EXPECT_NE(chosen, unfit);
    EXPECT_EQ(choose_request_id(chosen), chosen);
  }
}

TEST(Request, MadeIdsAreUnique) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i)
    ids.insert(choose_request_id(""));

  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace bot::http
