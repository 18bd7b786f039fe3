#include "cli/job_feed.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/views.hpp"
#include "client/ops/get_job.hpp"
#include "client/ops/list_job_events.hpp"

namespace bot::cli {
namespace {

constexpr std::int64_t page_size = 1'000;
// Well inside the time limit of a request.
constexpr std::chrono::seconds longest_wait{20};
// An answer without news that came sooner was not held back.
constexpr Millis shortest_wait{500};
constexpr Millis between_looks{1'000};

std::int64_t wait_within(const std::optional<Millis>& left) {
  if (!left) return longest_wait.count();
  return std::min(longest_wait, std::chrono::floor<std::chrono::seconds>(*left)).count();
}

}  // namespace

Result<JobFeed::Events> JobFeed::ask(std::int64_t wait_seconds) {
  auto page = context_.run(client::ListJobEvents{
      .since = since_, .job_id = job_id_, .wait = wait_seconds, .limit = page_size});
  if (!page) return page.error();
  // A server that ignores `since` must not make this tell the same again.
  Events news;
  for (auto& event : page->events) {
    if (event.seq > since_) news.push_back(std::move(event));
  }
  since_ = std::max(since_, page->next);
  if (!news.empty()) since_ = std::max(since_, news.back().seq);
  return news;
}

Result<JobFeed::Events> JobFeed::next() {
  const auto begun = context_.clock().monotonic();
  auto news = ask(wait_within(context_.remaining()));
  if (!news || !news->empty()) return news;
  if (context_.clock().monotonic() - begun < shortest_wait) {
    if (auto status = context_.pause(between_looks); !status) return status.error();
  }
  return news;
}

Result<JobFeed::Events> JobFeed::rest() {
  Events all;
  while (true) {
    auto page = ask(0);
    if (!page) return page;
    if (page->empty()) return all;
    all.insert(
        all.end(), std::make_move_iterator(page->begin()), std::make_move_iterator(page->end()));
  }
}

Status JobFeed::skip() {
  const auto page = context_.run(
      client::ListJobEvents{.since = client::FromNow{}, .job_id = job_id_, .wait = 0, .limit = 1});
  if (page) {
    since_ = page->next;
    if (page->events.empty()) return Unit{};
  } else if (page.error().http_status != 400) {
    return page.error();
  }
  // The server knows only numbers: it begins with the oldest, or refuses. What it has was there
  // before; a page that is not full is the last, so that news without end cannot be passed over.
  while (true) {
    const auto passed = ask(0);
    if (!passed) return passed.error();
    if (static_cast<std::int64_t>(passed->size()) < page_size) return Unit{};
  }
}

bool is_final_job(std::string_view status) {
  return status == "completed" || status == "failed" || status == "cancelled";
}

Status verdict_of(const types::Job& job) {
  if (job.status == "completed") return Unit{};
  const bool partial = job.status == "failed" && job.successful > 0;
  return Error{.code = partial ? Errc::partial : Errc::failed,
               .message = "job " + job.id + " is " + job.status +
                          (job.error_msg ? ": " + *job.error_msg : std::string())};
}

Waited wait_for_job(Context& context, const std::string& id) {
  JobFeed feed(context, id);
  Waited waited;
  while (true) {
    auto detail = context.run(client::GetJob{.id = id});
    std::optional<Error> error;
    if (detail) {
      waited.seen = std::move(detail).value();
      if (is_final_job(waited.seen->job.status)) return waited;
    } else {
      error = std::move(detail).error();
    }
    if (!error) {
      if (auto news = feed.next(); !news) error = std::move(news).error();
    }
    if (!error) continue;
    if (error->code == Errc::timeout && waited.seen) {
      error->message = "job " + id + " is still " + waited.seen->job.status;
      error->hint = "it goes on: follow it with `botctl jobs watch " + id + "`";
    }
    waited.ended = *std::move(error);
    return waited;
  }
}

namespace {

Status show_end(Context& context, const std::string& id, const types::Job* made) {
  context.limit_to(Millis{300'000});
  const auto waited = wait_for_job(context, id);
  if (waited.seen) {
    show_job(context, *waited.seen);
  } else if (made != nullptr) {
    context.output().object(job_columns(), record_of(*made));
  }
  if (!waited.ended) return waited.ended;
  return verdict_of(waited.seen->job);
}

}  // namespace

Status wait_and_show(Context& context, const std::string& id) {
  return show_end(context, id, nullptr);
}

Status wait_and_show(Context& context, const types::Job& made) {
  return show_end(context, made.id, &made);
}

}  // namespace bot::cli
