#include "drivers/csv/records.hpp"

#include <csv.h>

#include <new>

namespace bot::csv {
namespace {

int is_no_space(unsigned char /*c*/) {
  return 0;
}

class Parser {
 public:
  Parser() {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    csv_set_space_func(&parser_, is_no_space);
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // One line with its end, if it has one.
  bool feed(std::string_view line) {
    ++line_;
    const bool blank = line.find_first_not_of("\r\n") == line.npos;
    if (between_ && !blank) {
      begun_ = line_;
      between_ = false;
    }
    return csv_parse(&parser_, line.data(), line.size(), on_field, on_record, this) == line.size();
  }

  bool finish() { return csv_fini(&parser_, on_field, on_record, this) == 0; }

  bool out_of_memory() { return csv_error(&parser_) == CSV_ENOMEM; }
  // Where the record that could not be read begins.
  std::int64_t begun() const { return begun_; }
  std::vector<Record> take() { return std::move(records_); }

 private:
  static void on_field(void* bytes, std::size_t size, void* self) {
    static_cast<Parser*>(self)->fields_.emplace_back(static_cast<const char*>(bytes), size);
  }

  static void on_record(int /*end*/, void* self) {
    auto& parser = *static_cast<Parser*>(self);
    parser.records_.push_back({parser.begun_, std::move(parser.fields_)});
    parser.fields_.clear();
    parser.between_ = true;
  }

  csv_parser parser_{};
  std::int64_t line_ = 0;
  std::int64_t begun_ = 0;
  bool between_ = true;
  std::vector<std::string> fields_;
  std::vector<Record> records_;
};

// The first line of the text with its end.
std::string_view first_line(std::string_view text) {
  const auto end = text.find_first_of("\r\n");
  if (end == text.npos) return text;
  const bool both = text.substr(end, 2) == "\r\n";
  return text.substr(0, end + (both ? 2 : 1));
}

}  // namespace

Result<std::vector<Record>> read_records(std::string_view text) {
  Parser parser;
  bool sound = true;
  while (sound && !text.empty()) {
    const auto line = first_line(text);
    sound = parser.feed(line);
    text.remove_prefix(line.size());
  }
  if (sound && parser.finish()) return parser.take();
  if (parser.out_of_memory()) throw std::bad_alloc();
  return Error{.code = Errc::invalid_argument,
               .message = "line " + std::to_string(parser.begun()) +
                          ": a quote is not closed, or stands inside a field that is not quoted"};
}

}  // namespace bot::csv
