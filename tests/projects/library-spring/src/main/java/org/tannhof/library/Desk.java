package org.tannhof.library;

import org.springframework.stereotype.Component;

/** Lets those in who work at the desk. */
@Component
public class Desk {

  public boolean opens(Member member, LoginForm form) {
    return member.getPassword().equals(form.getPassword());
  }

  public boolean agrees(LoginForm form) {
    return form.getPassword().equals(form.getRepeated());
  }

  /** What is typed at the desk. */
  public record LoginForm(String getPassword, String getRepeated) {}
}
