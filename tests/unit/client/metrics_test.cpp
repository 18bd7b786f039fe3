#include "client/types/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace bot::types {
namespace {

constexpr auto every = [](const MetricSample&) { return true; };

Metrics parsed(std::string_view text) {
  auto metrics = parse_metrics(text);
  EXPECT_TRUE(metrics) << (metrics ? "" : metrics.error().message);
  return metrics ? *metrics : Metrics{};
}

TEST(MetricsText, IsReadWithLabelsAndEscapes) {
  const auto metrics = parsed(
      "# HELP a Things \\n in two lines\n# TYPE a counter\n"
      "a{state=\"new\",why=\"a \\\"b\\\" \\\\ c\\nd\",} 3 1395066363000\n"
      "\n  b{ x = \"y,}=\" }\t1e3 \r\n"
      "plain 0.5");

  EXPECT_EQ(metrics.samples,
            (std::vector<MetricSample>{{"a", {{"state", "new"}, {"why", "a \"b\" \\ c\nd"}}, 3},
                                       {"b", {{"x", "y,}="}}, 1000},
                                       {"plain", {}, 0.5}}));
}

TEST(MetricsText, HasNumbersThatAreNone) {
  const auto metrics = parsed("a NaN\nb +Inf\nc -Inf\nd Nan\n");
  ASSERT_EQ(metrics.samples.size(), 4u);
  EXPECT_TRUE(std::isnan(metrics.samples[0].value));
  EXPECT_EQ(metrics.samples[1].value, HUGE_VAL);
  EXPECT_EQ(metrics.samples[2].value, -HUGE_VAL);
  EXPECT_EQ(metrics.sum("a"), std::nullopt);
}

TEST(MetricsText, OfAnotherKindIsRefusedWithItsLine) {
  for (const auto* text : {"<html>",
                           "a",
                           "a one",
                           "a 1 now",
                           "a 1 2 3",
                           "9a 1",
                           "a{ 1",
                           "a{x} 1",
                           "a{x=} 1",
                           "a{x=\"y} 1",
                           "a{x=\"y\\",
                           "a{x=\"y\" z=\"w\"} 1",
                           "{\"detail\":\"Not Found\"}",
                           "a{x=\"y\"}",
                           "\xff 1"}) {
    const auto refused = parse_metrics("ok 1\n" + std::string(text) + "\n");
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, Errc::protocol);
    EXPECT_EQ(refused.error().message,
              "the answer is not Prometheus's text format: line 2 is no sample");
  }
  EXPECT_TRUE(parse_metrics("")->samples.empty());
}

TEST(MetricsText, IsSummedUpByLabels) {
  const auto metrics = parsed("a{s=\"x\",t=\"1\"} 1\na{s=\"x\",t=\"2\"} 2\na{s=\"y\"} 4\na NaN\n");
  EXPECT_EQ(metrics.sum("a"), 7);
  EXPECT_EQ(metrics.by("a", "s"), (std::map<std::string, double>{{"x", 3}, {"y", 4}}));
  EXPECT_EQ(metrics.sum("b"), std::nullopt);
  EXPECT_TRUE(metrics.by("b", "s").empty());
  EXPECT_TRUE(metrics.has("a"));
  EXPECT_FALSE(metrics.has("b"));
}

TEST(MetricsText, TellsQuantilesOfHistograms) {
  const auto metrics = parsed(
      "t_bucket{r=\"a\",le=\"0.1\"} 40\nt_bucket{r=\"a\",le=\"1\"} 80\n"
      "t_bucket{r=\"a\",le=\"+Inf\"} 90\n"
      "t_bucket{r=\"b\",le=\"0.1\"} 10\nt_bucket{r=\"b\",le=\"1\"} 10\n"
      "t_bucket{r=\"b\",le=\"+Inf\"} 10\n");
  EXPECT_DOUBLE_EQ(metrics.quantile("t", 0.5, every).value_or(-1), 0.1);
  EXPECT_DOUBLE_EQ(metrics.quantile("t", 0.7, every).value_or(-1), 0.55);
  EXPECT_DOUBLE_EQ(metrics.quantile("t", 0.99, every).value_or(-1), 1);
  const auto of_b = [](const MetricSample& sample) { return sample.label("r") == "b"; };
  EXPECT_DOUBLE_EQ(metrics.quantile("t", 0.5, of_b).value_or(-1), 0.05);
  EXPECT_EQ(metrics.quantile("u", 0.5, every), std::nullopt);
  EXPECT_EQ(parsed("t_bucket{le=\"1\"} 0\nt_bucket{le=\"+Inf\"} 0\n").quantile("t", 0.5, every),
            std::nullopt);
}

}  // namespace
}  // namespace bot::types
