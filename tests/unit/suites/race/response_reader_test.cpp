#include "suites/race/response_reader.hpp"

#include <gtest/gtest.h>

namespace bot::suites::race {
namespace {

TEST(ResponseReader, ReadsAnAnswerByteByByte) {
  const std::string wire =
      "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nRetry-After: 3\r\n\r\nhello";
  ResponseReader reader;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    EXPECT_FALSE(reader.complete());
    ASSERT_TRUE(reader.feed(wire.substr(i, 1)));
  }
  ASSERT_TRUE(reader.complete());
  EXPECT_TRUE(reader.keeps_alive());
  const auto answer = reader.take();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.header("retry-after"), "3");
}

TEST(ResponseReader, ReadsChunks) {
  ResponseReader reader;
  ASSERT_TRUE(
      reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"));
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.take().body, "abcde");
}

TEST(ResponseReader, PassesOverInterimAnswers) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.take().status, 204);
}

TEST(ResponseReader, CompletesAnAnswerWithoutLengthAtItsEnd) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed("HTTP/1.0 200 OK\r\n\r\nall of it"));
  EXPECT_FALSE(reader.complete());
  ASSERT_TRUE(reader.end());
  EXPECT_FALSE(reader.keeps_alive());
  EXPECT_EQ(reader.take().body, "all of it");
}

TEST(ResponseReader, RefusesACutAnswer) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  EXPECT_FALSE(reader.end());
}

TEST(ResponseReader, RefusesWhatIsNoHttp) {
  for (const std::string wire : {"SSH-2.0-x\r\n\r\n",
                                 "HTTP/1.1 abc\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    ResponseReader reader;
    EXPECT_FALSE(reader.feed(wire)) << wire;
  }
}

TEST(ResponseReader, RefusesAnEndlessAnswer) {
  ResponseReader reader;
  const std::string much(std::size_t{64} * 1024, 'x');
  Status fed = reader.feed("HTTP/1.1 200 OK\r\n\r\n");
  for (int i = 0; i < 100 && fed; ++i)
    fed = reader.feed(much);
  EXPECT_FALSE(fed);
}

}  // namespace
}  // namespace bot::suites::race
