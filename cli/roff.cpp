#include "cli/roff.hpp"

#include <cctype>

#include "base/text.hpp"

namespace bot::cli {
namespace {

// Pages change with their content, not with the day on which they were made.
constexpr std::string_view date = "2026-11-21";

enum class Backquotes { are_bold, are_text };

std::string escaped(std::string_view text, Backquotes backquotes) {
  std::string result;
  bool bold = false;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '\'') {
      result += "\\(aq";
    } else if (c == '`' && backquotes == Backquotes::are_bold) {
      bold = !bold;
      result += bold ? "\\fB" : "\\fR";
    } else {
      result += c;
    }
  }
  if (!result.empty() && result[0] == '.') result.insert(0, "\\&");
  return result;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

Roff::Roff(std::string_view name, char section, std::string_view what) {
  page_ += ".\\\" Made by `botctl __generate man`; edits are lost.\n";
  page_ += ".TH \"" + escaped(upper(name), Backquotes::are_text) + "\" \"" + section + "\" \"" +
           std::string(date) + "\" \"botctl " BOTCTL_VERSION "\" \"" + std::string(what) + "\"\n";
}

Roff& Roff::section(std::string_view title) {
  page_ += ".SH " + upper(title) + '\n';
  return *this;
}

Roff& Roff::subsection(std::string_view title) {
  page_ += ".SS " + escaped(title, Backquotes::are_text) + '\n';
  return *this;
}

Roff& Roff::paragraph() {
  page_ += ".PP\n";
  return *this;
}

void Roff::lines(std::string_view text) {
  for (const auto line : split(text, '\n'))
    page_ += escaped(line, Backquotes::are_bold) + '\n';
}

Roff& Roff::text(std::string_view paragraphs) {
  std::string_view rest = paragraphs;
  while (!rest.empty()) {
    const auto end = rest.find("\n\n");
    lines(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 2);
    page_ += ".PP\n";
  }
  return *this;
}

Roff& Roff::name_line(std::string_view name, std::string_view what) {
  page_ +=
      escaped(name, Backquotes::are_text) + " \\- " + escaped(what, Backquotes::are_bold) + '\n';
  return *this;
}

Roff& Roff::item(std::string_view term, std::string_view explanation) {
  page_ += ".TP\n\\fB" + escaped(term, Backquotes::are_text) + "\\fR\n";
  lines(explanation);
  return *this;
}

Roff& Roff::code(std::string_view text) {
  page_ += ".PP\n.RS 4\n.nf\n";
  for (const auto line : split(text, '\n'))
    page_ += escaped(line, Backquotes::are_text) + '\n';
  page_ += ".fi\n.RE\n";
  return *this;
}

Roff& Roff::bold_line(std::string_view line) {
  page_ += "\\fB" + escaped(line, Backquotes::are_text) + "\\fR\n.br\n";
  return *this;
}

}  // namespace bot::cli
