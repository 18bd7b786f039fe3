#include "server/app/router.hpp"

#include <gtest/gtest.h>

#include "client/types/json.hpp"
#include "server/app/version.hpp"

namespace bot::app {
namespace {

TEST(OpenApiDocument, IsMadeWithoutAServer) {
  const auto document = types::Json::parse(openapi_document());

  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"]["version"], std::string(version()));
  EXPECT_TRUE(document["paths"].contains("/bots"));
}

}  // namespace
}  // namespace bot::app
