#include "server/app/man_page.hpp"

#include <algorithm>
#include <cctype>
#include <ostream>

#include "base/text.hpp"
#include "server/app/config.hpp"
#include "server/app/version.hpp"

namespace bot::app {
namespace {

// Text as roff shows it: hyphens stay hyphens, nothing at a line's start is a request.
std::string roff(const std::string& text) {
  auto escaped = replace_all(text, R"(\)", R"(\e)");
  escaped = replace_all(escaped, "-", R"(\-)");
  if (escaped.starts_with('.') || escaped.starts_with('\'')) escaped = R"(\&)" + escaped;
  return escaped;
}

void entry(std::ostream& out, const std::string& term, const std::string& text) {
  out << ".TP\n" << term << '\n' << roff(text) << '\n';
}

void write_commands(std::ostream& out) {
  out << ".SH COMMANDS\n";
  entry(out,
        R"(\fBserve\fR)",
        "Serve the API, run bots and keep their state. Works without any "
        "option: an embedded database, bots as child processes, loopback "
        "only, and an admin key that is made on first start.");
  entry(out,
        R"(\fBworker\fR)",
        "Work on the queue of the servers that share a PostgreSQL database: jobs and webhooks. As "
        "many as needed, on any machine; what one holds when it dies is done by another. On SQLite "
        "the server does the work itself.");
  entry(out,
        R"(\fBhealth\fR)",
        "Tell whether a worker or a server is well, for containers and units: one line and exit "
        "status 0 when it is, 1 when it is not.");
  entry(out,
        R"(\fBmigrate status\fR | \fBup\fR)",
        "Show, or apply, what is pending of the database schema.");
  entry(out,
        R"(\fBbackup\fR \fIFILE\fR)",
        "Copy the SQLite database into a new file of mode 0600, also while a server uses it.");
  entry(out,
        R"(\fBcopy \-\-from\fR \fIDATABASE\fR [\fB\-\-to\fR \fIDATABASE\fR])",
        "Copy everything into another, empty database, compare every row, and keep nothing when "
        "one differs. A database is sqlite:FILE or postgresql://USER@HOST/NAME; without --to that "
        "of BOTD_DATABASE_URL.");
  entry(out, R"(\fBbot\fR)", "Run one bot. Started by the server, configured by BOT_CONFIG.");
  entry(out, R"(\fBversion\fR)", "Show the version.");
}

void write_table(std::ostream& out, const std::vector<Setting>& table) {
  const Config defaults;
  for (const auto& setting : table) {
    auto term = R"(\fB\-\-)" + roff(setting.name) + R"(\fR)";
    if (!setting.placeholder.empty()) term += R"( \fI)" + roff(setting.placeholder) + R"(\fR)";
    auto text = setting.help;
    const auto shown = setting.show(defaults);
    if (!shown.empty() && !setting.placeholder.empty()) text += " (default " + shown + ")";
    if (!setting.also.empty()) text += "; also read from " + setting.also;
    entry(out, term, text + ".");
  }
}

void write_settings(std::ostream& out) {
  out << ".SH OPTIONS OF SERVE\nEach option can also be given by the environment variable\n"
         R"(\fBBOTD_\fINAME\fR, in upper case with underscores. An option wins over its )"
         "variable.\nDurations carry a unit: 200ms, 30s, 5m, 1h.\n";
  write_table(out, settings());
  entry(out, R"(\fB\-\-print\-config\fR)", "Print every setting with its origin, and end.");
  out << ".SH OPTIONS OF WORKER\nWith the same kind of variables. Other variables that are named "
         "here\ncome after those.\n";
  write_table(out, worker_settings());
  entry(out, R"(\fB\-\-print\-config\fR)", "Print every setting with its origin, and end.");
  out << ".SH OPTIONS OF HEALTH\nLikewise.\n";
  write_table(out, health_settings());
}

void write_rest(std::ostream& out) {
  out << ".SH ENVIRONMENT\n";
  entry(out,
        R"(\fBBOTD_ADMIN_KEY\fR, \fBBOTD_ADMIN_KEY_FILE\fR)",
        "The admin key, or the private file that holds it. Without either, one is made and kept "
        "in the data directory.");
  entry(out,
        R"(\fBBOTD_DATABASE_URL_FILE\fR, \fBBOTD_REDIS_URL_FILE\fR, \fBBOTD_BOT_REDIS_URL_FILE\fR)",
        "Private files that hold the URL. One with a password is refused on the command line.");
  entry(out, R"(\fBDOCKER_HOST\fR)", "unix://PATH of the Docker Engine's socket.");
  entry(out, R"(\fBXDG_STATE_HOME\fR)", "Where the data directory is, by default ~/.local/state.");
  out << ".SH FILES\n";
  entry(out, R"(\fIDIR\fR/botd.db)", "The database.");
  entry(out, R"(\fIDIR\fR/admin.key)", "The generated admin key, mode 0600.");
  entry(out,
        R"(\fIDIR\fR/replica.id)",
        "Which server this is among those of a database, and with server- before its beginning "
        "the id of its worker. It belongs to one directory: a copy would be taken for the same "
        "server.");
  entry(out, R"(\fIDIR\fR/server.secret)", "From which each bot's own callback secret is derived.");
  entry(out,
        R"(\fIDIR\fR/endpoint)",
        "The URL of the server that is running, of its admin listener when there is one; botctl on "
        "the same machine reads it.");
  entry(out,
        R"(\fIDIR\fR/endpoint.pem)",
        "When that URL is one of HTTPS, the certificate that is shown there, which that botctl "
        "trusts.");
  entry(out,
        R"(\fIDIR\fR/callback.port)",
        "With TLS, the port on 127.0.0.1 on which bots, and nobody else, are served without it; "
        "the next run takes the same, also without TLS while bots are left that know it.");
  entry(out,
        R"(\fIDIR\fR/docker.engine)",
        "Which Docker Engine the bots of --runtime docker are on.");
  out << ".SH SIGNALS\n";
  entry(out,
        R"(\fBSIGTERM\fR, \fBSIGINT\fR)",
        "Shut down: refuse new work, treat bots as --on-shutdown says, finish what is being "
        "answered. A worker takes nothing more, waits for what it has as long as --shutdown-grace "
        "says, and returns the rest to the queue. A second signal ends at once. Whatever hangs, a "
        "server has ended 40 s later, and a worker 10 s after its --shutdown-grace; what was not "
        "done then is taken up by the next start, or by others.");
  entry(
      out,
      R"(\fBSIGTSTP\fR)",
      "A worker takes nothing more and finishes what it has; botctl workers resume has it go on.");
  entry(out,
        R"(\fBSIGHUP\fR)",
        "With TLS, read the certificate and its key again, for new connections. When something is "
        "wrong with them the log says what, and the old ones stay. With --user they must be "
        "readable to that user. Without TLS nothing happens: as with other servers, botd goes on "
        "when the terminal that it was started from is closed.");
  out << ".SH EXIT STATUS\n0 after a graceful end, 1 when something failed, 2 for a wrong flag or\n"
         "value, 5 when something named does not exist, 6 when another server holds the data\n"
         "directory or another worker has the id, 70 for a bug.\n"
         ".SH EXAMPLES\n.nf\nbotd serve\nbotd serve \\-\\-listen 127.0.0.1:9000 "
         "\\-\\-bot\\-join\\-delay 200ms\nbotd backup /var/backups/botd.db\n.fi\n"
         ".SH SEE ALSO\n.BR botctl (1)\n";
}

}  // namespace

void write_man_page(std::ostream& out) {
  out << R"(.TH BOTD 8 "" "botd )" << version() << "\" \"System administration\"\n"
      << ".SH NAME\nbotd \\- the meeting\\-bot service in one binary\n"
      << ".SH SYNOPSIS\n.B botd serve\n.RI [ option \" ...]\"\n.br\n.B botd worker\n.RI [ option "
         "\" ...]\"\n"
         ".br\n.B botd health\n.RI [ option \" ...]\"\n.br\n.B botd migrate\n"
         ".BR status | up\n.RB [ \\-\\-data\\-dir\n.IR DIR ]\n.br\n.B botd backup\n"
         ".RB [ \\-\\-data\\-dir\n.IR DIR ]\n.I FILE\n"
      << ".SH DESCRIPTION\nSends bots into Google Meet, Zoom and Teams meetings, limits how many "
         "each user may run,\nand keeps their state and transcripts. Administered with\n.BR botctl "
         "(1).\n";
  write_commands(out);
  write_settings(out);
  write_rest(out);
}

}  // namespace bot::app
