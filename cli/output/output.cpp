#include "cli/output/output.hpp"

#include <ostream>

#include "base/unicode.hpp"

namespace bot::cli {

void Output::json_line(const types::Json& value, JsonLook look) {
  *out_ << json_text(value, look) << '\n';
}

void Output::list(const std::vector<Column>& columns, const std::vector<Record>& records) {
  switch (look_.format) {
    case Format::table: {
      std::vector<Row> rows;
      for (const auto& record : records)
        rows.push_back(record.cells);
      if (!rows.empty())
        write_table(*out_, columns, rows, {look_.colors, look_.columns, look_.now});
      break;
    }
    case Format::tsv:
      for (const auto& record : records)
        write_tsv(*out_, record.cells);
      break;
    case Format::json: {
      auto array = types::Json::array();
      for (const auto& record : records)
        array.push_back(record.json);
      json_line(array, look_.json);
      break;
    }
    case Format::ndjson:
      for (const auto& record : records)
        json_line(record.json, JsonLook::compact);
      break;
    case Format::id:
      for (const auto& record : records)
        *out_ << escape_for_terminal(record.id) << '\n';
      break;
  }
  out_->flush();
}

void Output::object(const std::vector<Column>& columns, const Record& record) {
  switch (look_.format) {
    case Format::table:
      write_card(*out_, columns, record.cells, {look_.colors, look_.columns});
      break;
    case Format::json:
      json_line(record.json, look_.json);
      break;
    case Format::tsv:
    case Format::ndjson:
    case Format::id:
      event(record);
      break;
  }
  out_->flush();
}

void Output::event(const Record& record) {
  switch (look_.format) {
    case Format::table: {
      std::string line;
      for (const auto& cell : record.cells) {
        if (!line.empty()) line += "  ";
        line += styled(escape_for_terminal(cell.text), cell.style, look_.colors);
      }
      *out_ << line << '\n';
      break;
    }
    case Format::tsv:
      write_tsv(*out_, record.cells);
      break;
    case Format::json:
    case Format::ndjson:
      json_line(record.json, JsonLook::compact);
      break;
    case Format::id:
      *out_ << escape_for_terminal(record.id) << '\n';
      break;
  }
  out_->flush();
}

void Output::done(const std::string& sentence, const Record& record) {
  if (look_.format == Format::table) {
    *out_ << escape_for_terminal(sentence) << '\n';
  } else if (look_.format == Format::json) {
    json_line(record.json, look_.json);
  } else {
    event(record);
  }
  out_->flush();
}

void Output::text(const std::string& text) {
  if (is_json()) return;
  *out_ << text;
  out_->flush();
}

bool Output::writable() const {
  return out_->good();
}

}  // namespace bot::cli
