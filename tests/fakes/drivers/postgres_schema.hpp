// A schema of its own for a test, in the PostgreSQL server that tests/with_engines started.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/ids.hpp"
#include "drivers/postgres/connection.hpp"

namespace bot::sql {

class PostgresSchema {
 public:
  PostgresSchema() { PostgresConnection({.url = server()}).query("CREATE SCHEMA " + name_); }
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;
  ~PostgresSchema() {
    PostgresConnection({.url = server()}).query("DROP SCHEMA " + name_ + " CASCADE");
  }

  // Sessions of this URL see the schema alone, and are known by its name.
  std::string url() const {
    return server() + "?options=-csearch_path%3D" + name_ + "&application_name=" + name_;
  }
  const std::string& name() const { return name_; }

  // The server's own URL, without a query.
  static std::string server() {
    const char* url = std::getenv("BOTD_TEST_DATABASE_URL");
    if (url == nullptr)
      throw std::runtime_error("BOTD_TEST_DATABASE_URL is not set: run ./dev test --engines");
    return url;
  }

 private:
  const std::string name_ = "test_" + random_hex(12);
};

}  // namespace bot::sql
