package org.tannhof.library;

import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/api")
class MemberController {
  private final MemberRepository members;
  private final BookRepository books;

  MemberController(MemberRepository members, BookRepository books) {
    this.members = members;
    this.books = books;
  }

  @GetMapping("/members")
  Page<Member> members(Pageable page) {
    return members.findAll(page);
  }

  @GetMapping("/fines/export")
  Page<Fine> fines(Pageable page) {
    return members.fines(page);
  }

  @GetMapping("/books")
  Page<Book> books(Pageable page) {
    return books.findAll(page);
  }
}
