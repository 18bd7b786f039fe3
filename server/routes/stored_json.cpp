#include "server/routes/stored_json.hpp"

#include <utility>

#include "base/unicode.hpp"

namespace bot::routes {
namespace {

constexpr int deepest = 16;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Reads from left to right; each function passes over what it names, or says that it is not there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  bool all_ascii() const { return ascii_; }

  bool object(int depth) {
    if (depth > deepest || !take('{')) return false;
    if (take('}')) return true;
    do {
      if (!string() || !take(':') || !value(depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

 private:
  bool value(int depth) {
    switch (peek()) {
      case '"':
        return string();
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case 'n':
        return word("null");
      case 't':
        return word("true");
      case 'f':
        return word("false");
      default:
        return number();
    }
  }

  bool array(int depth) {
    if (depth > deepest || !take('[')) return false;
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool string() {
    if (!take('"')) return false;
    for (;; ++at_) {
      at_ += types::plain_length(text_.substr(at_));
      if (at_ == text_.size()) return false;
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') return take('"');
      if (c < 0x20) return false;
      if (c >= 0x80) ascii_ = false;
      if (c == '\\' && !escape()) return false;
    }
  }

  // Ends on the last character of the escape.
  bool escape() {
    constexpr std::string_view single = "\"\\/bfnrt";
    const char kind = ++at_ < text_.size() ? text_[at_] : '\0';
    if (kind != 'u') return kind != '\0' && single.find(kind) != single.npos;
    const auto digits = text_.substr(at_ + 1, 4);
    at_ += 4;
    return digits.size() == 4 && digits.starts_with("00") && is_hex_digit(digits[2]) &&
           is_hex_digit(digits[3]);
  }

  bool number() {
    take('-');
    const bool zero = peek() == '0';
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (take('.') && digits() == 0) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits() > 0;
  }

  std::size_t digits() {
    const auto begin = at_;
    while (is_digit(peek()))
      ++at_;
    return at_ - begin;
  }

  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char expected) {
    if (at_ >= text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool ascii_ = true;
};

}  // namespace

bool is_compact_object(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.object(1) || !scanner.at_end()) return false;
  return scanner.all_ascii() || is_valid_utf8(text);
}

types::RawJson stored_text(std::string text) {
  if (is_compact_object(text)) return {std::move(text)};
  const auto parsed = types::Json::parse(text, nullptr, false);
  return parsed.is_object() ? types::RawJson{types::dump(parsed)} : types::RawJson::object();
}

}  // namespace bot::routes
