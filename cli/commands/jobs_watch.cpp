#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/job_feed.hpp"
#include "cli/output/progress_bar.hpp"
#include "cli/views.hpp"
#include "client/ops/get_job.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t longest_status = 11;  // "cancelled" and two blanks

// A line for each event; for one job on a terminal a bar that moves instead.
class Display {
 public:
  enum class Form { bar, lines };

  Display(Context& context, Form form, Format format)
      : context_(context),
        form_(form),
        lines_(context.output().stream(),
               {.format = format, .colors = context.output().colors(), .columns = 0}) {}
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  // What is told next stands below the bar.
  ~Display() {
    if (!drawn_) return;
    context_.output().stream() << '\n';
    context_.output().stream().flush();
  }

  void show(const JobFeed::Events& events) {
    for (const auto& event : events) {
      if (form_ == Form::lines) lines_.event(record_of(event));
    }
    if (form_ == Form::bar && !events.empty()) {
      const auto& last = events.back();
      draw(last.status, last.data.progress, last.data.count);
    }
  }

  void show(const types::Job& job) {
    if (form_ == Form::bar) draw(job.status, job.progress, job.count);
  }

 private:
  void draw(const std::string& status, std::int64_t progress, std::int64_t count) {
    const auto columns = std::max(context_.options().look.columns, longest_status) - longest_status;
    auto& out = context_.output().stream();
    out << '\r' << progress_bar(progress, count, columns) << "  "
        << styled(status, style_of_state(status), context_.output().colors()) << "\x1b[K";
    out.flush();
    drawn_ = true;
  }

  Context& context_;
  Form form_;
  Output lines_;
  bool drawn_ = false;
};

bool has_final(const JobFeed::Events& events) {
  return std::any_of(
      events.begin(), events.end(), [](const auto& event) { return is_final_job(event.status); });
}

// The job itself says when it has ended: one that was retried has had a final event before.
Status watch_one(Context& context, const std::string& id, Display& display) {
  JobFeed feed(context, id);
  bool look = true;
  while (context.output().writable()) {
    if (look) {
      const auto detail = context.run(client::GetJob{.id = id});
      if (!detail) return detail.error();
      if (is_final_job(detail->job.status)) {
        const auto last = feed.rest();
        if (!last) return last.error();
        display.show(*last);
        display.show(detail->job);
        return verdict_of(detail->job);
      }
    }
    const auto news = feed.next();
    if (!news) return news.error();
    display.show(*news);
    look = news->empty() || has_final(*news);
  }
  return Unit{};
}

// From now on.
Status watch_all(Context& context, Display& display) {
  JobFeed feed(context, std::nullopt);
  if (auto passed = feed.skip(); !passed) return passed;
  while (context.output().writable()) {
    const auto news = feed.next();
    if (!news) return news.error();
    display.show(*news);
  }
  return Unit{};
}

Status run(const Arguments& arguments, Context& context) {
  if (arguments.has("job") == arguments.flag("all")) {
    return Error{.code = Errc::invalid_argument,
                 .message = "this needs a job's id or --all, and not both"};
  }
  auto format = context.output().format();
  // For whoever reads a pipe each event is a whole.
  if (format == Format::tsv && arguments.text("output") == "auto") format = Format::ndjson;
  const bool can_redraw = context.world().terminal.out_is_tty &&
                          context.world().environment.get("TERM").value_or("") != "dumb";
  const bool bar = format == Format::table && can_redraw && !arguments.flag("all");
  Display display(context, bar ? Display::Form::bar : Display::Form::lines, format);
  if (arguments.flag("all")) return watch_all(context, display);
  return watch_one(context, arguments.text("job"), display);
}

}  // namespace

Command jobs_watch() {
  auto job = job_positional();
  job.arity = Arity::optional;
  return {.noun = "jobs",
          .verb = "watch",
          .summary = "Follow a job until it has ended",
          .description =
              "On a terminal a bar that grows; in a pipe, and with -o json, each of the job's "
              "events from its beginning as an object on a line of its own. Exit code 0 says that "
              "it completed, 10 that it failed after a part of its work was done, 1 that it failed "
              "otherwise or was cancelled. With --all the events of all jobs "
              "from now on, until it is interrupted.",
          .positionals = {job},
          .options = {{.name = "all", .help = "Show what happens to every job that the key sees"}},
          .examples = {{"botctl jobs watch 7b0c9d52-6d1e-4a0c-8f43-0123456789ab", "one job"},
                       {"botctl jobs watch --all | jq -c '{job_id,status}'", "all, for a program"}},
          .run = run};
}

}  // namespace bot::cli
