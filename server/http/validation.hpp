// Reading what a client sent, and saying what is wrong with it in the form of our 422 answers: a
// list of {loc, msg, type[, ctx]} as pydantic 1 writes it. All mistakes of a body are reported
// together.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "server/http/request.hpp"

namespace bot::http {

// One entry of the list. `ctx_json` is a JSON object or empty.
struct Mistake {
  std::vector<std::variant<std::string, std::int64_t>> loc;
  std::string msg;
  std::string type = "value_error";
  std::string ctx_json = {};
};

// Errc::invalid_argument whose detail is the list and whose message is its first entry in words.
// REQUIRES: not empty.
Error invalid(const std::vector<Mistake>& mistakes);
// One mistake at [where, name]; `where` is body, path or query.
Error invalid_field(std::string_view where,
                    std::string_view name,
                    std::string_view msg,
                    std::string_view type = "value_error");

enum class BodyNeed { required, optional };

// The body as a JSON object. A media type that is given and is not JSON: unsupported_media. No
// body, broken JSON, invalid UTF-8, nesting deeper than 64, or anything but an object:
// invalid_argument. With BodyNeed::optional no body is an empty object.
Result<nlohmann::json> parse_body(const Request& request, BodyNeed need = BodyNeed::required);

struct IntRange {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

// Reads fields of one object and collects what is wrong. After a mistake the value returned is
// empty; ask status() before using any. Null and absent are the same for optional fields; unknown
// fields are ignored. Strings come out as sent, valid UTF-8, control characters included.
class BodyReader {
 public:
  // REQUIRES: `object` is a JSON object and outlives the reader. `at` is the place of the object
  // in the body, for a nested one: {"body", "data"}.
  explicit BodyReader(const nlohmann::json& object, std::vector<std::string> at = {"body"});

  // True when the field is there, null included: PATCH must tell null from absent.
  bool has(std::string_view name) const;
  bool is_null(std::string_view name) const;

  std::string required_string(std::string_view name);
  std::optional<std::string> optional_string(std::string_view name);
  std::int64_t required_int(std::string_view name, IntRange range = {});
  std::optional<std::int64_t> optional_int(std::string_view name, IntRange range = {});
  std::optional<double> optional_number(std::string_view name);
  std::optional<bool> optional_bool(std::string_view name);
  std::string required_enum(std::string_view name,
                            std::initializer_list<std::string_view> permitted);
  std::optional<std::string> optional_enum(std::string_view name,
                                           std::initializer_list<std::string_view> permitted);
  // Points into the object given; nullptr when absent, null or wrong.
  const nlohmann::json* required_object(std::string_view name);
  const nlohmann::json* optional_object(std::string_view name);
  const nlohmann::json* optional_list(std::string_view name);
  std::optional<std::vector<std::string>> optional_string_list(std::string_view name);

  // A rule of the caller's that a field breaks.
  void refuse(std::string_view name,
              std::string_view msg,
              std::string_view type = "value_error",
              std::string_view ctx_json = "");

  // Refuses a text of more than `most` characters (code points).
  void limit_length(std::string_view name,
                    const std::optional<std::string>& text,
                    std::size_t most);

  // Whether a mistake at this field is recorded already.
  bool refused(std::string_view name) const;

  Status status() const;

 private:
  const nlohmann::json* present(std::string_view name);
  const nlohmann::json* needed(std::string_view name);
  std::optional<std::int64_t> read_int(std::string_view name,
                                       const nlohmann::json& value,
                                       IntRange range);
  std::optional<std::string> read_enum(std::string_view name,
                                       const nlohmann::json& value,
                                       std::initializer_list<std::string_view> permitted);
  std::optional<std::string> read_string(std::string_view name, const nlohmann::json& value);

  const nlohmann::json& object_;
  std::vector<std::string> at_;
  std::vector<Mistake> mistakes_;
};

// A path parameter that is a number of ours: 0 … 2^63-1.
Result<std::int64_t> path_int(const Request& request, std::string_view name);

// A number in the query; `fallback` when it is not there.
Result<std::int64_t> query_int(const Request& request,
                               std::string_view name,
                               std::int64_t fallback,
                               IntRange range = {.least = 0});
// Likewise without a fallback.
Result<std::optional<std::int64_t>> query_optional_int(const Request& request,
                                                       std::string_view name,
                                                       IntRange range = {.least = 0});
// One of the permitted words in the query, or nullopt when it is not there.
Result<std::optional<std::string>> query_enum(const Request& request,
                                              std::string_view name,
                                              std::initializer_list<std::string_view> permitted);

}  // namespace bot::http
