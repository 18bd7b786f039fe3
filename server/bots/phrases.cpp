#include "server/bots/phrases.hpp"

#include <array>

namespace bot::bots {

namespace {

using Sentences = std::array<std::string_view, 4>;

struct Language {
  std::string_view code;
  Sentences sentences;
};

constexpr std::array<Language, 6> languages{{
    {"en",
     {"Good morning everyone, let us begin with the agenda",
      "The release candidate passed every regression test yesterday",
      "Please write down the open questions before Friday",
      "Customers asked for clearer messages when something fails"}},
    {"fr",
     {"Bonjour tout le monde, commençons par le programme",
      "La nouvelle version a réussi tous les essais hier",
      "Notez vos questions ouvertes avant vendredi",
      "Les clients demandent des messages plus clairs"}},
    {"es",
     {"Buenos días a todos, empecemos con la agenda",
      "La nueva versión superó todas las pruebas ayer",
      "Apunten las preguntas abiertas antes del viernes",
      "Los clientes piden mensajes más claros cuando algo falla"}},
    {"de",
     {"Guten Morgen zusammen, beginnen wir mit der Tagesordnung",
      "Die neue Version hat gestern alle Prüfungen bestanden",
      "Bitte notiert die offenen Fragen vor Freitag",
      "Unsere Kunden wünschen klarere Meldungen bei Fehlern"}},
    {"it",
     {"Buongiorno a tutti, cominciamo con il programma",
      "La nuova versione ha superato tutte le prove ieri",
      "Scrivete le domande aperte prima di venerdì",
      "Gli utenti chiedono messaggi più chiari quando qualcosa fallisce"}},
    {"pt",
     {"Bom dia a todos, vamos começar pela agenda",
      "A nova versão passou em todos os testes ontem",
      "Anotem as perguntas abertas antes de sexta-feira",
      "Os clientes pedem mensagens mais claras quando algo falha"}},
}};

constexpr std::array<std::string_view, 3> speakers{"Ada Nkemelu", "Bruno Keller", "Chidi Larsen"};

}  // namespace

std::string_view phrase(std::string_view language, std::size_t index) {
  const Sentences* sentences = &languages.front().sentences;
  for (const Language& candidate : languages) {
    if (candidate.code == language) sentences = &candidate.sentences;
  }
  return (*sentences)[index % sentences->size()];
}

std::string_view speaker_name(std::size_t index) {
  return speakers[index % speakers.size()];
}

}  // namespace bot::bots
