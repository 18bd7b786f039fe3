#include "server/routes/stored_json.hpp"

#include <cmath>
#include <utility>

// The library's own way to be compiled into a program, in exactly one file of it.
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include "base/text.hpp"

namespace bot::routes {
namespace {

namespace json = boost::json;

// Makes nothing of what the parser finds.
struct Nothing {
  using Code = json::error_code;
  using Text = json::string_view;
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);

  bool on_document_begin(Code& /*error*/) { return true; }
  bool on_document_end(Code& /*error*/) { return true; }
  bool on_object_begin(Code& /*error*/) { return true; }
  bool on_object_end(std::size_t /*size*/, Code& /*error*/) { return true; }
  bool on_array_begin(Code& /*error*/) { return true; }
  bool on_array_end(std::size_t /*size*/, Code& /*error*/) { return true; }
  bool on_key_part(Text /*text*/, std::size_t /*size*/, Code& /*error*/) { return true; }
  bool on_key(Text /*text*/, std::size_t /*size*/, Code& /*error*/) { return true; }
  bool on_string_part(Text /*text*/, std::size_t /*size*/, Code& /*error*/) { return true; }
  bool on_string(Text /*text*/, std::size_t /*size*/, Code& /*error*/) { return true; }
  bool on_number_part(Text /*text*/, Code& /*error*/) { return true; }
  bool on_int64(std::int64_t /*number*/, Text /*text*/, Code& /*error*/) { return true; }
  bool on_uint64(std::uint64_t /*number*/, Text /*text*/, Code& /*error*/) { return true; }
  // Clients refuse a number that is none of theirs.
  bool on_double(double number, Text /*text*/, Code& error) {
    if (!std::isfinite(number)) error = json::error::exponent_overflow;
    return !error;
  }
  bool on_bool(bool /*value*/, Code& /*error*/) { return true; }
  bool on_null(Code& /*error*/) { return true; }
  bool on_comment_part(Text /*text*/, Code& /*error*/) { return true; }
  bool on_comment(Text /*text*/, Code& /*error*/) { return true; }
};

bool is_json(const std::string& text) {
  constexpr std::size_t deepest = 1000;
  json::parse_options options;
  options.max_depth = deepest;
  json::basic_parser<Nothing> parser(options);
  json::error_code error;
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  return !error && read == text.size();
}

}  // namespace

types::RawJson stored_text(std::string text) {
  if (!trim(text).starts_with('{') || !is_json(text)) return types::RawJson::object();
  return {std::move(text)};
}

}  // namespace bot::routes
