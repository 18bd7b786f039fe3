#include "base/unicode.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/queue_wire.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;
using store::WorkerWish;

Error unknown_worker() {
  return {.code = Errc::not_found, .message = "Worker not found"};
}

// Others the engines refuse.
bool may_be_an_id(const std::string& id) {
  return id.find('\0') == std::string::npos && is_valid_utf8(id);
}

Result<Reply> list(store::Database& database, const Clock& clock) {
  const auto rows = database.read(
      [](sql::Connection& connection) { return store::WorkerStore(connection).all(); });
  types::WorkerList list;
  for (const auto& row : rows)
    list.workers.push_back(to_wire(row, clock.now_ms()));
  return json(200, list);
}

Result<Reply> show(store::Database& database, const Clock& clock, const Request& request) {
  const auto& id = request.param("worker_id");
  if (!may_be_an_id(id)) return unknown_worker();
  const auto row = database.read(
      [&](sql::Connection& connection) { return store::WorkerStore(connection).find(id); });
  if (!row) return unknown_worker();
  return json(200, to_wire(*row, clock.now_ms()));
}

// It is asked for, and done by the worker when it looks next.
Result<Reply> want(store::Database& database,
                   const Clock& clock,
                   const Request& request,
                   const Principal& who,
                   WorkerWish wish,
                   const std::string& action) {
  const auto& id = request.param("worker_id");
  if (!may_be_an_id(id)) return unknown_worker();
  return database.write([&](sql::Connection& connection) -> Result<Reply> {
    store::WorkerStore workers(connection);
    const auto row = workers.find(id);
    if (!row) return unknown_worker();
    const auto now = clock.now_ms();
    if (row->beat.status == store::WorkerStatus::stopped || row->is_lost(now)) {
      return Error{.code = Errc::conflict, .message = "The worker is not there any more"};
    }
    if (row->beat.status == store::WorkerStatus::stopping) {
      return Error{.code = Errc::conflict, .message = "The worker is stopping"};
    }
    workers.want(id, wish);
    audit(connection, request, who, {action, "worker " + id}, now);
    return json(202, to_wire(*row, now));
  });
}

std::string subject_of(const Request& request) {
  return "worker " + request.param("worker_id");
}

}  // namespace

void add_worker_routes(http::Router& router, store::Database& database, const Clock& clock) {
  router.add(
      {"GET",
       "/admin/workers",
       Access::admin,
       [&](const Request& /*request*/, const Principal& /*who*/) { return list(database, clock); },
       "List those that work on the queue, also those that have ended in the last days"});
  router.add({"GET",
              "/admin/workers/{worker_id}",
              Access::admin,
              [&](const Request& request, const Principal& /*who*/) {
                return show(database, clock, request);
              },
              "Show one worker"});
  struct Order {
    std::string word;
    WorkerWish wish;
    std::string summary;
  };
  for (const auto& [word, wish, summary] :
       {Order{"quiet", WorkerWish::quiet, "Have a worker finish what it has and take nothing more"},
        Order{"resume", WorkerWish::run, "Have a quiet worker take work again"},
        Order{"stop",
              WorkerWish::stop,
              "Have a worker finish what it has, and end; one inside a server only takes nothing "
              "more"}}) {
    const auto action = "worker." + word;
    router.add({"POST",
                "/admin/workers/{worker_id}/" + word,
                Access::admin,
                accounted(database,
                          clock,
                          action,
                          subject_of,
                          [&database, &clock, wish = wish, action](const Request& request,
                                                                   const Principal& who) {
                            return want(database, clock, request, who, wish, action);
                          }),
                summary});
  }
}

}  // namespace bot::routes
